import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBrand, updateBrand } from '../../../src/analysis/brands.ts';
import { closeEndedRun } from '../../../src/analysis/close-runs.ts';
import { recomputeReport } from '../../../src/analysis/measure-report.ts';
import { startRun } from '../../../src/analysis/report-runs.ts';
import { readObservations } from '../../../src/analysis/stored-observations.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { context, finishNext, type JobsWorld, openJobsWorld } from '../jobs/jobs-world.ts';
import { draftReport } from './draft-report.ts';

let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(() => world.close());

const ANSWERS = ['Hubfield is one.', 'Hub-Field is the other.', 'Pipewise Inc. is here.', 'None of these.'];

/** A completed report of four captures, and its brand. */
async function completed(): Promise<{ reportId: string; brandId: string }> {
  const { db, queue } = world;
  const { reportId, brandId } = await draftReport(db);
  await startRun(db, queue, reportId, context());
  for (const [index, text] of ANSWERS.entries()) {
    await finishNext(world, { surface: index % 2 === 0 ? 'chatgpt' : 'perplexity', text });
  }
  expect(await closeEndedRun(db, Date.now())).toBe(true);
  return { reportId, brandId };
}

/** Forgets what earlier measurings read, as in rows of the time before it was kept. */
const forget = (reportId: string): Promise<unknown> =>
  world.db.query('UPDATE fleet.report_observation SET offered = NULL, grams = NULL WHERE report_id = $1', [
    reportId,
  ]);

describe('given a completed report whose brand got an alias and a competitor', () => {
  it('when it is measured again, then only what they touch is read again, and all is as if everything had been', async () => {
    const { db } = world;
    const { reportId, brandId } = await completed();
    const again = () => recomputeReport(db, DEFAULT_ACCOUNT, reportId, systemClock);
    const before = await again();
    expect(before.standing?.kept.size).toBe(4);
    const brand = await readBrand(db, DEFAULT_ACCOUNT, brandId);
    if (brand === undefined) throw new Error('the report has a brand');
    const competitor = { name: 'Pipewise', website: 'https://pipewise.example.org', aliases: [] };
    await updateBrand(
      db,
      DEFAULT_ACCOUNT,
      brandId,
      { ...brand, aliases: ['Hub Field'], competitors: [competitor] },
      Date.now(),
    );

    const touched = await again();
    // "Hubfield" may be written "Hub Field" without its gap.
    const texts = touched.observations.flatMap(({ id, textLength }) =>
      touched.standing?.kept.has(id) ? [textLength] : [],
    );
    expect(texts).toEqual([ANSWERS[3]?.length]);
    const kept = await readObservations(db, reportId, touched.metrics);
    expect(JSON.stringify(kept)).toBe(JSON.stringify(touched.observations));
    const first = await readObservations(db, reportId, before.metrics);
    expect(JSON.stringify(first)).toBe(JSON.stringify(before.observations));

    await forget(reportId);
    const whole = await again();
    expect(whole.standing?.kept.size).toBe(0);
    expect(JSON.stringify(whole.metrics)).toBe(JSON.stringify(touched.metrics));
    expect(JSON.stringify(whole.results)).toBe(JSON.stringify(touched.results));
    expect(JSON.stringify(whole.observations)).toBe(JSON.stringify(touched.observations));
  });
});
