import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import type { ReadReport } from '../analysis/measure-report.ts';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ReportLinks } from '../outputs/evidence.ts';
import { citationsCsv, mentionsCsv, metricsCsv, observationsCsv } from '../outputs/report-csv.ts';
import { figuresNdjson, observationsNdjson } from '../outputs/report-ndjson.ts';
import { isoTime } from '../platform/clock.ts';

/** Where to write what; what is not named is not written. */
export interface ReportFileOptions {
  html?: string;
  csv?: string;
  ndjson?: string;
}

/** Writes a report's files; returns their paths. Links of the page lead to where the store keeps screenshot and record. */
export async function writeReportFiles(
  title: string,
  read: ReadReport,
  store: Pick<ArtifactStore, 'describe'>,
  { html, csv, ndjson }: ReportFileOptions,
): Promise<string[]> {
  const written: string[] = [];
  if (html !== undefined) {
    const { reportHtml } = await import('../outputs/report-html.ts');
    const generatedAt = isoTime(read.measuredAt.getTime());
    await mkdir(dirname(html), { recursive: true });
    await writeFile(html, reportHtml({ title, ...read, links: storeLinks(store), generatedAt }));
    written.push(html);
  }
  const { observations, metrics } = read;
  const files: [string | undefined, string, () => Iterable<string>][] = [
    [csv, 'observations.csv', () => observationsCsv(observations, metrics.prompts)],
    [csv, 'mentions.csv', () => mentionsCsv(observations)],
    [csv, 'citations.csv', () => citationsCsv(observations)],
    [csv, 'metrics.csv', () => metricsCsv(metrics, observations)],
    [ndjson, 'observations.ndjson', () => observationsNdjson(observations)],
    [ndjson, 'metrics.ndjson', () => figuresNdjson(metrics, observations)],
  ];
  for (const [directory, name, pieces] of files) {
    if (directory === undefined) continue;
    await mkdir(directory, { recursive: true });
    const path = join(directory, name);
    await pipeline(Readable.from(pieces()), createWriteStream(path));
    written.push(path);
  }
  return written;
}

function storeLinks(store: Pick<ArtifactStore, 'describe'>): ReportLinks {
  const at = (key: string | null): string | null => {
    if (key === null) return null;
    const place = store.describe(key);
    return isAbsolute(place) ? pathToFileURL(place).href : place;
  };
  return {
    observations: () => null,
    screenshot: ({ proof }) => at(proof.screenshotKey),
    proof: ({ proof }) => at(proof.rawKey),
  };
}
