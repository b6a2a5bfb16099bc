import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Envelope } from '../contract/envelope.ts';
import { countWords } from '../extract/witnesses.ts';

/** One Envelope in a few lines for a person: what came, from where, and where its proof lies. */
export function describeEnvelope(envelope: Envelope, store: Pick<ArtifactStore, 'describe'>): string {
  const { job, answer, evidence, extraction } = envelope;
  const cited = evidence.sources.filter((source) => source.cited).length;
  const lines = [
    `${job.surface}  ${job.outcome ?? job.status}  ${countWords(answer.text)} words, ${evidence.sources.length} sources (${cited} cited), ${evidence.fanOut.queries.length} fan-out queries, ${secondsOf(envelope)} s`,
  ];
  if (answer.text !== '') lines.push(`  “${excerpt(answer.text)}”`);
  if (job.warnings.length > 0) lines.push(`  warnings: ${job.warnings.join(', ')}`);
  if (job.failure) lines.push(`  failure: ${job.failure.code}: ${job.failure.message}`);
  if (extraction && extraction.witnesses.agreement.text !== 'single') {
    lines.push(
      `  witnesses: text ${extraction.witnesses.agreement.text}, cited ${extraction.witnesses.agreement.citedUrls}`,
    );
  }
  for (const [name, key] of [
    ['raw', job.artifacts.rawKey],
    ['proof', job.artifacts.proofHtmlKey],
    ['shot', job.artifacts.screenshotKey],
  ] as const) {
    if (key !== null) lines.push(`  ${name.padEnd(5)} ${store.describe(key)}`);
  }
  return lines.join('\n');
}

/** Controls that a terminal acts upon (C0, C1), and marks that turn the order of what is read. */
const ACTS_ON_TERMINAL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** The beginning of a text on one line; what a page wrote must not steer the terminal it is shown on. */
function excerpt(text: string): string {
  const folded = text.replace(/\s+/g, ' ').replace(ACTS_ON_TERMINAL, '\uFFFD');
  return folded.length > 140 ? `${folded.slice(0, 139)}…` : folded;
}

/** Seconds from request to end, one decimal. */
export function secondsOf({ job }: Envelope): string {
  if (job.completedAt === null) return '–';
  return ((Date.parse(job.completedAt) - Date.parse(job.requestedAt)) / 1000).toFixed(1);
}
