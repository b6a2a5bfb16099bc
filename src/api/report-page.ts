import type { ComparedReports } from '../analysis/compare-report.ts';
import type { ReadReport } from '../analysis/measure-report.ts';
import type { Report } from '../analysis/reports.ts';
import { parseChildId } from '../contract/ids.ts';
import type { ComparedSide } from '../outputs/compare-html.ts';
import type { ObservationSlice, ReportLinks } from '../outputs/evidence.ts';
import { isoTime } from '../platform/clock.ts';

/** Where screenshot and proof of a capture are downloaded (with a key); observations are a file of the report, narrowed to the slice. */
function reportLinks(reportId: string): ReportLinks {
  const at = (id: string, rest: string): string | null =>
    parseChildId(id) === undefined ? null : `/v1/jobs/${encodeURIComponent(id)}/${rest}`;
  return {
    observations: (slice) => `/v1/reports/${reportId}/observations.csv${sliceQuery(slice)}`,
    screenshot: ({ id, proof }) => (proof.screenshotKey === null ? null : at(id, 'artifacts/screenshot')),
    proof: ({ id, proof }) => (proof.rawKey === null ? null : at(id, 'proof')),
    report: (id) => `/v1/reports/${id}/report.html`,
  };
}

/** A slice as the query that `observations.csv` reads. */
function sliceQuery(slice: ObservationSlice): string {
  const { promptId, brandId, ...rest } = slice;
  const named = { ...rest, prompt_id: promptId, brand_id: brandId };
  const given = Object.entries(named).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** What a report is called where it is shown. */
export function reportTitle({ name, createdAt }: Report): string {
  return name ?? `Visibility report of ${isoTime(createdAt.getTime()).slice(0, 10)}`;
}

/** A report as one HTML file. The charts are loaded with the first one. */
export async function reportPage(report: Report, read: ReadReport): Promise<string> {
  const { reportHtml } = await import('../outputs/report-html.ts');
  return reportHtml({
    title: reportTitle(report),
    metrics: read.metrics,
    observations: read.observations,
    history: read.history,
    ...(read.sequential === undefined ? {} : { sequential: read.sequential }),
    ...(read.sentiments === undefined ? {} : { sentiments: read.sentiments }),
    links: reportLinks(report.id),
    generatedAt: isoTime(read.measuredAt.getTime()),
  });
}

/** Two reports compared, as one HTML file. */
export async function comparisonPage({ before, after, comparison }: ComparedReports): Promise<string> {
  const { comparisonHtml } = await import('../outputs/compare-html.ts');
  const side = (report: Report): ComparedSide => ({
    title: reportTitle(report),
    at: report.completedAt === null ? null : isoTime(report.completedAt.getTime()),
    observations: `/v1/reports/${report.id}/observations.csv`,
  });
  return comparisonHtml({ comparison, before: side(before), after: side(after) });
}
