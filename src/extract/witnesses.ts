import type { Extraction as ExtractionSection } from '../contract/envelope.ts';
import type { Reading } from '../contract/extraction.ts';

type Witnesses = ExtractionSection['witnesses'];

/** Words of a text: runs of letters and digits; scripts without blanks count each ideograph. */
export function countWords(text: string): number {
  return (
    text.match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu,
    )?.length ?? 0
  );
}

function tokens(text: string): string[] {
  return (
    text.toLowerCase().match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Share of words two texts have in common, counted with repeats (Dice): 1 for equal texts, 0 for nothing in common. */
export function similarity(left: string, right: string): number {
  const a = tokens(left);
  const b = tokens(right);
  if (a.length === 0 && b.length === 0) return 1;
  const counts = new Map<string, number>();
  for (const token of a) counts.set(token, (counts.get(token) ?? 0) + 1);
  let common = 0;
  for (const token of b) {
    const left = counts.get(token) ?? 0;
    if (left > 0) common++;
    counts.set(token, left - 1);
  }
  return Math.round(((2 * common) / (a.length + b.length)) * 1000) / 1000;
}

/** Two readings count as one text from this similarity on: emphasis, chips and typographic quotes may differ. */
const SAME_TEXT = 0.97;

function citedKeys(reading: Reading): string[] {
  const known = new Set(reading.sources.map((source) => source.key));
  return [...new Set(reading.citations.flatMap((citation) => citation.sourceKeys))]
    .filter((key) => known.has(key))
    .sort();
}

function view(reading: Reading, text: string): NonNullable<Witnesses['dom']> {
  return {
    complete: reading.complete,
    words: countWords(text),
    sources: reading.sources.length,
    cited: citedKeys(reading).length,
  };
}

/** One witness: what it says, and the text that its markdown comes to. */
export interface Witness {
  reading: Reading | null;
  text: string;
}

/** Compares what the two witnesses say of the same answer; where they disagree both values are kept. */
export function reconcile(first: Witness, second: Witness, used: Witnesses['used']): Witnesses {
  const { reading: dom, text: domText } = first;
  const { reading: transcript, text: transcriptText } = second;
  const both = dom !== null && transcript !== null;
  const textSimilarity = both ? similarity(domText, transcriptText) : null;
  const bothCite = both && dom.tellsCitations !== false && transcript.tellsCitations !== false;
  const domKeys = both ? citedKeys(dom) : [];
  const transcriptKeys = both ? citedKeys(transcript) : [];
  // A DOM often shows only the first source of a chip, so it agrees when it shows nothing the transcript lacks.
  const citedAgree =
    domKeys.every((key) => transcriptKeys.includes(key)) &&
    (domKeys.length > 0 || transcriptKeys.length === 0);
  const disagreements: Witnesses['disagreements'] = [];
  if (both && (textSimilarity ?? 0) < SAME_TEXT) {
    disagreements.push({ field: 'answer.text', dom: domText, transcript: transcriptText });
  }
  if (bothCite && !citedAgree) {
    disagreements.push({ field: 'cited', dom: domKeys.join(' '), transcript: transcriptKeys.join(' ') });
  }
  return {
    used,
    dom: dom === null ? null : view(dom, domText),
    transcript: transcript === null ? null : view(transcript, transcriptText),
    agreement: {
      text: textSimilarity === null ? 'single' : textSimilarity >= SAME_TEXT ? 'agree' : 'differ',
      textSimilarity,
      citedUrls: bothCite ? (citedAgree ? 'agree' : 'differ') : 'single',
    },
    disagreements,
  };
}
