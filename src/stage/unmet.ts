import type { Envelope } from '../contract/envelope.ts';
import type { SceneExpectation } from './scene.ts';

/** What of a scene's intention an Envelope does not show, one sentence each; empty when it is as intended. Pure. */
export function unmetExpectations(expect: SceneExpectation, envelope: Envelope): string[] {
  const { job, answer, evidence, provenance } = envelope;
  const words = answer.text.split(/\s+/).filter((word) => word !== '').length;
  const cited = evidence.sources.filter((source) => source.cited).length;
  const unmet: string[] = [];
  const atLeast = (what: string, wanted: number | undefined, got: number): void => {
    if (wanted !== undefined && got < wanted) unmet.push(`${what}: ${got}, at least ${wanted} intended`);
  };
  const exactly = (what: string, wanted: unknown, got: unknown): void => {
    if (wanted !== undefined && got !== wanted)
      unmet.push(`${what}: ${String(got)}, ${String(wanted)} intended`);
  };
  exactly('outcome', expect.outcome, job.outcome);
  atLeast('words', expect.minWords, words);
  atLeast('sources', expect.minSources, evidence.sources.length);
  atLeast('cited sources', expect.minCited, cited);
  exactly('fan-out queries', expect.fanOut, evidence.fanOut.queries.length);
  exactly('login state', expect.loginState, provenance.loginState);
  exactly('model', expect.model, provenance.model.observedLabel);
  for (const warning of expect.warnings ?? []) {
    if (!job.warnings.includes(warning)) unmet.push(`warning ${warning} is missing`);
  }
  return unmet;
}
