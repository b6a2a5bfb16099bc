import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { promptsFromTemplates } from '../../../src/analysis/prompt-templates.ts';
import {
  endOfRun,
  isModifiable,
  REPORT_STATUSES,
  type ReportStatus,
  runRefusal,
} from '../../../src/analysis/report-state.ts';
import { planRun } from '../../../src/analysis/run-plan.ts';
import { SURFACE_NAMES } from '../../../src/contract/surface-name.ts';

/** A report as its commands leave it. */
interface Model {
  status: ReportStatus;
  prompts: number;
}

const commands = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('add' as const) }),
    fc.record({ kind: fc.constant('run' as const) }),
    fc.record({ kind: fc.constant('end' as const), failed: fc.boolean() }),
  ),
  { maxLength: 30 },
);

describe('the states of a report', () => {
  it('whatever is done to it: a run only from draft or failed, an end only of a run, completed for good', () => {
    fc.assert(
      fc.property(commands, (done) => {
        let report: Model = { status: 'draft', prompts: 0 };
        for (const command of done) {
          const before = report;
          if (command.kind === 'add' && isModifiable(report.status)) {
            report = { ...report, prompts: report.prompts + 1 };
          } else if (command.kind === 'run') {
            if (runRefusal({ ...report, description: 'x' }) === null)
              report = { ...report, status: 'processing' };
          } else if (command.kind === 'end' && report.status === 'processing') {
            report = { ...report, status: endOfRun(command.failed ? 'why' : null) };
          }
          if (before.status === 'completed') expect(report).toEqual(before);
          if (before.status === 'processing' && command.kind !== 'end') expect(report).toEqual(before);
          if (report.status === 'processing') expect(report.prompts).toBeGreaterThan(0);
          expect(REPORT_STATUSES).toContain(report.status);
        }
      }),
    );
  });

  it('names what is missing, the state first', () => {
    expect(runRefusal({ status: 'completed', prompts: 0, description: null })).toBe('report_not_modifiable');
    expect(runRefusal({ status: 'draft', prompts: 0, description: null })).toBe('no_prompts');
    expect(runRefusal({ status: 'failed', prompts: 1, description: ' ' })).toBe('brand_facts_missing');
  });
});

describe('the plan of a run', () => {
  it('captures exactly what is missing of every cell', () => {
    const cells = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 9, maxLength: 9 });
    fc.assert(
      fc.property(cells, fc.integer({ min: 1, max: 5 }), (have, replicates) => {
        const promptIds = ['a', 'b', 'c'];
        const surfaces = SURFACE_NAMES.slice(0, 3);
        const counts = promptIds.flatMap((promptId, row) =>
          surfaces.map((surface, column) => ({ promptId, surface, captures: have[row * 3 + column] ?? 0 })),
        );
        const planned = planRun({ promptIds, surfaces, replicates }, counts);
        for (const { promptId, surface, captures } of counts) {
          const more = planned
            .filter((submit) => submit.promptId === promptId && submit.surfaces.includes(surface))
            .reduce((total, submit) => total + submit.replicates, 0);
          expect(captures + more).toBe(Math.max(captures, replicates));
        }
      }),
    );
  });
});

describe('prompts from templates', () => {
  it('never more than asked for, each with its category and intent, comparisons once per rival', () => {
    const brand = {
      name: 'Hubfield',
      categories: ['crm tools', 'call software'],
      rivals: ['Pipewise', 'Zorro'],
    };
    const all = promptsFromTemplates(brand, 50);
    expect(all).toHaveLength(2 * (4 + 2));
    expect(all.every(({ category, intent, origin }) => category && intent && origin === 'template')).toBe(
      true,
    );
    expect(all.some(({ text }) => /[{}]/.test(text))).toBe(false);
    expect(promptsFromTemplates(brand, 5)).toHaveLength(5);
    expect(promptsFromTemplates({ ...brand, categories: [] }, 5)).toEqual([]);
    const [odd] = promptsFromTemplates({ ...brand, categories: ["{brand} $& cash $' $$"] }, 1);
    expect(odd?.text).toBe("What are the best {brand} $& cash $' $$?");
  });
});
