import { Command } from 'commander';
import { z } from 'zod';
import { type ReadReport, readMeasuredReport } from '../analysis/measure-report.ts';
import { findReport, type Report } from '../analysis/reports.ts';
import { reportTitle } from '../api/report-page.ts';
import { openArtifactStore } from '../artifacts/open-store.ts';
import { ApiError, FleetError } from '../contract/errors.ts';
import { processConfig } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { createLog } from '../platform/log.ts';
import { describeReport } from './analyse-text.ts';
import { joinMigratedDatabase, Opened } from './foundation.ts';
import { type ReportFileOptions, writeReportFiles } from './report-files.ts';

/** `fleet report`: a report that was run, as text and as files. */
export function reportCommand(): Command {
  return new Command('report')
    .description('print a report that was run, and write it as a page or as tables')
    .argument('<id>', 'the report')
    .option('--html <file>', 'the report as one page')
    .option('--csv <dir>', 'observations.csv, mentions.csv, citations.csv, metrics.csv')
    .option('--ndjson <dir>', 'observations.ndjson, metrics.ndjson')
    .action(async (id: string, options: ReportFileOptions) => {
      const config = processConfig();
      const opened = new Opened();
      try {
        const db = await joinMigratedDatabase(config, createLog('error', 'report'), opened);
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
  const found = z.uuid().safeParse(id).success ? await findReport(db, id) : undefined;
  if (found === undefined) throw new FleetError('INPUT_UNREADABLE', `there is no report ${id}`);
  const read = await readMeasuredReport(db, found.accountId, found.report).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== 'JOB_EXPIRED') throw error;
    throw new FleetError('ARTIFACT_NOT_FOUND', error.message, { cause: error });
  });
  if (read !== undefined) return { report: found.report, read };
  throw new FleetError(
    'INPUT_UNREADABLE',
    `report ${id} is ${found.report.status}: nothing was measured yet`,
    {
      fix: 'Run it with POST /v1/reports/{id}/runs and wait for its end.',
    },
  );
}
