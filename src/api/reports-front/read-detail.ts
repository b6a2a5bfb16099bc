import type { z } from 'zod';
import { readMeasured, type StoredMeasures } from '../../analysis/measure-report.ts';
import { readTexts } from '../../analysis/model-texts.ts';
import { readLooks } from '../../analysis/report-looks.ts';
import { listPrompts, type Report } from '../../analysis/reports.ts';
import type { Sql } from '../../platform/database.ts';
import { presentDetail, type reportDetailSchema } from './report-wire.ts';
import type { BrandTexts } from './sentiment-wire.ts';

/** A report with all that was found, as it was measured last or as given. */
export async function readDetail(
  sql: Sql,
  report: Report,
  given?: StoredMeasures,
): Promise<z.infer<typeof reportDetailSchema>> {
  const measured = given ?? (await readMeasured(sql, report.id));
  const looks = report.stopping === null ? undefined : await readLooks(sql, report.id);
  const prompts = await listPrompts(sql, report.id);
  return presentDetail(report, prompts, measured, { looks, known: await textsOf(sql, report, measured) });
}

async function textsOf(
  sql: Sql,
  { id: reportId }: Report,
  measured: StoredMeasures | undefined,
): Promise<BrandTexts | undefined> {
  const own = measured?.metrics.brands.find((brand) => brand.own);
  if (own === undefined) return undefined;
  const texts = await readTexts(sql, { reportId, runId: null });
  return texts.size === 0 ? undefined : { brand: own.name, texts };
}
