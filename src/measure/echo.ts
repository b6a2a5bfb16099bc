/** Letters and digits of a folded text with their places in it. */
function letters(folded: string, most: number): { text: string; places: number[] } {
  let text = '';
  const places: number[] = [];
  for (let index = 0; index < folded.length && text.length < most; index += 1) {
    const unit = folded[index] ?? '';
    if (/[\p{L}\p{N}\p{M}]/u.test(unit)) {
      text += unit;
      places.push(index);
    }
  }
  return { text, places };
}

/** Letters that may stand before the question: “You asked:”. */
const MOST_LEAD_IN = 40;
/** A shorter question is a name or a keyword, and an answer may well begin with it. */
const SHORTEST_QUESTION = 10;
const ENDS = /^[ ]*(?:$|[\n?？!！.。:："”“»」』*_)）|–—])/u;

/**
 * Range, in folded units, of the folded question repeated at the start of a folded answer; null when the answer does not repeat it.
 * Only whole: the repeated question must end like a sentence, a quotation or a line.
 */
export function echoRange(answer: string, question: string): readonly [number, number] | null {
  const asked = letters(question, Number.POSITIVE_INFINITY).text;
  if (asked.length < SHORTEST_QUESTION) return null;
  const opening = letters(answer, asked.length + MOST_LEAD_IN);
  const at = opening.text.indexOf(asked);
  if (at < 0) return null;
  const start = opening.places[at] ?? 0;
  const stop = (opening.places[at + asked.length - 1] ?? 0) + 1;
  const before = answer.slice(0, start).trimEnd().at(-1) ?? '\n';
  const begins = start === 0 || /[\n:："“„«「『'*_#>]/u.test(before);
  return begins && ENDS.test(answer.slice(stop)) ? [start, stop] : null;
}
