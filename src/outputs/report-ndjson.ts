import type { Observation } from '../measure/observation.ts';
import type { ReportMetrics } from '../measure/report-metrics.ts';
import { allFigures } from './report-csv.ts';

/** One JSON object per line: an observation as it was measured. */
export function* observationsNdjson(observations: Iterable<Observation>): Generator<string> {
  for (const observation of observations) yield `${JSON.stringify(observation)}\n`;
}

/** One JSON object per line: a figure with what it is about. */
export function* figuresNdjson(
  metrics: ReportMetrics,
  observations: readonly Observation[],
): Generator<string> {
  for (const figure of allFigures(metrics, observations)) yield `${JSON.stringify(figure)}\n`;
}
