import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { compareStored } from '../analysis/compare-report.ts';
import { type ReadReport, readMeasuredReport } from '../analysis/measure-report.ts';
import { findReport, type Report } from '../analysis/reports.ts';
import { comparisonPage, reportTitle } from '../api/report-page.ts';
import { openArtifactStore } from '../artifacts/open-store.ts';
import { ApiError, FleetError } from '../contract/errors.ts';
import { processConfig } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { createLog } from '../platform/log.ts';
import { describeReport } from './analyse-text.ts';
import { describeComparison } from './compare-text.ts';
import { joinMigratedDatabase, Opened } from './foundation.ts';
import { type ReportFileOptions, writeReportFiles } from './report-files.ts';

interface Options extends ReportFileOptions {
  against?: string;
  json?: boolean;
}

/** `fleet report`: a report that was run, as text and as files. */
export function reportCommand(): Command {
  return new Command('report')
    .description('print a report that was run, and write it as a page or as tables')
    .argument('<id>', 'the report')
    .option('--html <file>', 'the report as one page')
    .option('--csv <dir>', 'observations.csv, mentions.csv, citations.csv, metrics.csv')
    .option('--ndjson <dir>', 'observations.ndjson, metrics.ndjson')
    .option(
      '--against <id>',
      'an earlier report of the same brand: print what changed since; --html is of that',
    )
    .option('--json', 'with --against: print the comparison as JSON')
    .action(async (id: string, options: Options) => {
      const config = processConfig();
      const opened = new Opened();
      try {
        const db = await joinMigratedDatabase(config, createLog('error', 'report'), opened);
        if (options.against !== undefined) return await printComparison(db, id, options.against, options);
        const { report, read } = await measured(db, id);
        process.stdout.write(`${describeReport(read.metrics)}\n`);
        const store = openArtifactStore(config);
        for (const path of await writeReportFiles(reportTitle(report), read, store, options)) {
          process.stdout.write(`wrote ${path}\n`);
        }
      } finally {
        await opened.close();
      }
    });
}

/** Throws INPUT_UNREADABLE for a report that is not there or has no run that ended, ARTIFACT_NOT_FOUND past retention. */
async function measured(db: Database, id: string): Promise<{ report: Report; read: ReadReport }> {
  const found = await foundReport(db, id);
  const read = await readMeasuredReport(db, found.accountId, found.report).catch(forCommand);
  if (read !== undefined) return { report: found.report, read };
  throw new FleetError(
    'INPUT_UNREADABLE',
    `report ${id} is ${found.report.status}: nothing was measured yet`,
    {
      fix: 'Run it with POST /v1/reports/{id}/runs and wait for its end.',
    },
  );
}

async function foundReport(db: Database, id: string): Promise<{ accountId: string; report: Report }> {
  const found = z.uuid().safeParse(id).success ? await findReport(db, id) : undefined;
  if (found === undefined) throw new FleetError('INPUT_UNREADABLE', `there is no report ${id}`);
  return found;
}

/** Errors that the API answers with, as the exit codes of commands. */
function forCommand(error: unknown): never {
  if (!(error instanceof ApiError)) throw error;
  if (error.code === 'JOB_EXPIRED')
    throw new FleetError('ARTIFACT_NOT_FOUND', error.message, { cause: error });
  if (error.code === 'CONFLICT') throw new FleetError('INPUT_UNREADABLE', error.message, { cause: error });
  throw error;
}

/** Throws INPUT_UNREADABLE for reports that cannot be compared, ARTIFACT_NOT_FOUND past the retention of either. */
async function printComparison(
  db: Database,
  id: string,
  against: string,
  { html, csv, ndjson, json }: Options,
): Promise<void> {
  if (csv !== undefined || ndjson !== undefined) {
    throw new FleetError('INPUT_UNREADABLE', '--csv and --ndjson are of one report, not of a comparison');
  }
  const [after, before] = [await foundReport(db, id), await foundReport(db, against)];
  if (after.accountId !== before.accountId) {
    throw new FleetError('INPUT_UNREADABLE', 'the two reports are of different accounts');
  }
  const compared = await compareStored(db, after.accountId, before.report, after.report).catch(forCommand);
  const { comparison } = compared;
  process.stdout.write(`${json ? JSON.stringify(comparison) : describeComparison(comparison)}\n`);
  if (html === undefined) return;
  await mkdir(dirname(html), { recursive: true });
  await writeFile(html, await comparisonPage(compared));
  process.stderr.write(`wrote ${html}\n`);
}
