import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { factsSchema } from '../../../src/analysis/brand.ts';
import { createBrand, updateFacts } from '../../../src/analysis/brands.ts';
import { closeEndedRun } from '../../../src/analysis/close-runs.ts';
import { startRun } from '../../../src/analysis/report-runs.ts';
import { isModifiable, type ReportStatus, runRefusal } from '../../../src/analysis/report-state.ts';
import { createReport, insertPrompts, readReport } from '../../../src/analysis/reports.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { context, finishNext, type JobsWorld, openJobsWorld } from '../jobs/jobs-world.ts';

/** Issue 6, *Show*: the states of a report and its runs as a property, on a real database. */
let world: JobsWorld;
let brandId: string;
beforeAll(async () => {
  world = await openJobsWorld();
  const names = { name: 'Hubfield', website: 'https://hubfield.example.com', country: null, language: null };
  const fields = { ...names, aliases: [], categories: [], competitors: [] };
  const brand = await createBrand(world.db, DEFAULT_ACCOUNT, fields, Date.now());
  brandId = brand.id;
  const facts = factsSchema.parse({ description: 'A CRM.' });
  await updateFacts(world.db, DEFAULT_ACCOUNT, brandId, { facts, own: ['description'] }, Date.now());
});
afterAll(() => world.close());

const KINDS = ['add', 'run', 'answer', 'fail', 'close'] as const;
type Kind = (typeof KINDS)[number];

/** A report as it ought to be. */
interface Model {
  status: ReportStatus;
  prompts: number;
  /** Captures under way, and of all runs: ended with something told, and without. */
  open: number;
  told: number;
  failed: number;
  runs: number;
}

async function draft(): Promise<string> {
  const fields = { brandId, name: null, region: null, stopping: null, language: null, replicates: 1 };
  const asked = { ...fields, surfaces: ['chatgpt' as const] };
  return (await createReport(world.db, DEFAULT_ACCOUNT, asked, Date.now())).id;
}

const PROMPT = { text: 'one?', category: null, intent: null, origin: 'user' } as const;

/** Does one thing to the report, and says what it ought to be afterwards. */
const STEPS: Readonly<Record<Kind, (id: string, before: Model) => Promise<Model>>> = {
  add: async (id, before) => {
    if (!isModifiable(before.status)) return before;
    await insertPrompts(world.db, id, [PROMPT], Date.now());
    return { ...before, prompts: before.prompts + 1 };
  },
  run: async (id, before) => {
    const refusal = runRefusal({ ...before, description: 'A CRM.' });
    const started = startRun(world.db, world.queue, id, context());
    if (refusal === null) {
      await started;
      return { ...before, status: 'processing', open: before.prompts, runs: before.runs + 1 };
    }
    const code = refusal === 'report_not_modifiable' ? 'REPORT_NOT_MODIFIABLE' : 'CONFLICT';
    await expect(started).rejects.toMatchObject({ code });
    return before;
  },
  answer: async (_id, before) => {
    if (before.open === 0) return before;
    await finishNext(world, { surface: 'chatgpt', text: 'Hubfield.' });
    return { ...before, open: before.open - 1, told: before.told + 1 };
  },
  fail: async (_id, before) => {
    if (before.open === 0) return before;
    await finishNext(world, { surface: 'chatgpt', outcome: 'challenge' });
    return { ...before, open: before.open - 1, failed: before.failed + 1 };
  },
  close: async (_id, before) => {
    const ends = before.status === 'processing' && before.open === 0;
    expect(await closeEndedRun(world.db, Date.now())).toBe(ends);
    if (!ends) return before;
    return { ...before, status: before.told > 0 ? 'completed' : 'failed' };
  },
};

/** What the books and the runs of a report say. */
async function books(id: string): Promise<unknown> {
  const { rows } = await world.db.query(
    `SELECT (SELECT count(*) FROM fleet.report_run WHERE report_id = $1)::integer AS runs,
       (SELECT count(*) FROM fleet.report_run WHERE report_id = $1 AND status = 'processing')::integer AS processing,
       count(*) FILTER (WHERE e.kind = 'reserve')::integer AS reserved,
       count(*) FILTER (WHERE e.kind = 'settle')::integer AS settled,
       count(*) FILTER (WHERE e.kind = 'release')::integer AS released
     FROM fleet.report_run run JOIN fleet.report_job rj ON rj.run_id = run.id
     JOIN fleet.child c ON c.job_id = rj.job_id JOIN fleet.ledger_entry e ON e.child_id = c.id
     WHERE run.report_id = $1`,
    [id],
  );
  return rows[0];
}

async function check(id: string, model: Model): Promise<void> {
  const { status, open, told, failed, runs } = model;
  expect((await readReport(world.db, DEFAULT_ACCOUNT, id))?.status).toBe(status);
  expect(await books(id)).toEqual({
    ...{ runs, processing: status === 'processing' ? 1 : 0 },
    ...{ reserved: open + told + failed, settled: told, released: failed },
  });
}

describe('a report, whatever is done to it', () => {
  it('is what its states allow, has at most one run at a time, and every capture is reserved and resolved once', async () => {
    const seen = new Set<ReportStatus>();
    const done = fc.array(fc.constantFrom(...KINDS), { maxLength: 16 });
    const holds = fc.asyncProperty(done, async (kinds) => {
      const id = await draft();
      let model: Model = { status: 'draft', prompts: 0, open: 0, told: 0, failed: 0, runs: 0 };
      for (const kind of kinds) {
        model = await STEPS[kind](id, model);
        await check(id, model);
        seen.add(model.status);
      }
      // What is under way ends, so that the next report is alone.
      while (model.open > 0) model = await STEPS.answer(id, model);
      model = await STEPS.close(id, model);
      await check(id, model);
    });
    const examples: [Kind[]][] = [
      [
        [
          'run',
          'add',
          'run',
          'run',
          'fail',
          'close',
          'add',
          'run',
          'fail',
          'answer',
          'close',
          'run',
          'add',
          'close',
        ],
      ],
    ];
    await fc.assert(holds, { numRuns: 25, examples });
    expect([...seen].sort()).toEqual(['completed', 'draft', 'failed', 'processing']);
  });
});
