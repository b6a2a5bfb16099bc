import { ApiError } from '../contract/errors.ts';
import { type Comparison, compareReports } from '../measure/compare-reports.ts';
import type { Sql } from '../platform/database.ts';
import { measureReport } from './measure-report.ts';
import type { Report } from './reports.ts';

/** Two reports of a brand, the earlier one first. */
export interface ComparedReports {
  before: Report;
  after: Report;
  comparison: Comparison;
}

/**
 * Reads the captures of both reports under the brand as it is now, so that a corrected alias cannot pose as a change,
 * and compares them. Nothing is captured or stored. Throws ApiError CONFLICT with `details.reason` when they are of two
 * brands, not both completed, or have no prompt and surface in common; JOB_EXPIRED past the retention of either.
 */
export async function compareStored(
  sql: Sql,
  accountId: string,
  before: Report,
  after: Report,
): Promise<ComparedReports> {
  if (before.brandId !== after.brandId) {
    throw refused('different_brands', 'the two reports are of different brands');
  }
  const unfinished = [before, after].find(({ status }) => status !== 'completed');
  if (unfinished !== undefined) {
    throw refused('report_not_completed', `report ${unfinished.id} is ${unfinished.status}, not completed`);
  }
  const earlier = await measureReport(sql, accountId, before);
  const later = await measureReport(sql, accountId, after);
  const period = ({ metrics, observations }: typeof earlier) => ({ prompts: metrics.prompts, observations });
  const comparison = compareReports(
    period(earlier),
    period(later),
    later.book.brands,
    `${before.id} ${after.id}`,
  );
  if (comparison.prompts.common === 0 || comparison.surfaces.common.length === 0) {
    throw refused('nothing_in_common', 'the two reports have no prompt or no surface in common');
  }
  return { before, after, comparison };
}

function refused(reason: string, message: string): ApiError {
  return new ApiError('CONFLICT', message, { details: { reason } });
}
