import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { plannedWidths } from '../../../src/measure/plan.ts';

const CLI = resolve(import.meta.dirname, '../../../src/cli.ts');
const run = promisify(execFile);

async function plan(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const { stdout, stderr } = await run(process.execPath, [CLI, 'plan', ...args]);
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failed = error as { code: number; stdout: string; stderr: string };
    return { code: failed.code, stdout: failed.stdout, stderr: failed.stderr };
  }
}

describe('fleet plan', () => {
  it('foretells the half-widths for these prompts and for questions like these', async () => {
    const { code, stdout } = await plan('--prompts', '30', '--replicates', '3', '--p', '0.3', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(plannedWidths({ prompts: 30, replicates: 3, share: 0.3 }));
  });

  it('says the same to people, in points', async () => {
    const { category, these } = plannedWidths({ prompts: 30, replicates: 3, share: 0.3 });
    const { stdout } = await plan('--prompts', '30', '--replicates', '3', '--p', '0.3');
    expect(stdout).toContain(`for these prompts          ± ${(these * 100).toFixed(1)} points`);
    expect(stdout).toContain(`for questions like these   ± ${(category * 100).toFixed(1)} points`);
    expect(category).toBeGreaterThan(these);
  });

  it('foretells at which look sequential replicates would stop', async () => {
    const { stdout } = await plan(
      '--prompts',
      '30',
      '--replicates',
      '3',
      '--p',
      '0.3',
      '--until',
      '0.2',
      '--json',
    );
    const { stop } = JSON.parse(stdout);
    expect([3, 5, 8, 12, 20]).toContain(stop.replicates);
    expect(stop.halfWidth).toBeLessThanOrEqual(0.2);
  });

  it.each([
    ['no prompts', ['--prompts', '0', '--replicates', '3', '--p', '0.3']],
    ['a share above 1', ['--prompts', '30', '--replicates', '3', '--p', '1.3']],
    ['half a replicate', ['--prompts', '30', '--replicates', '2.5', '--p', '0.3']],
    ['a word for a number', ['--prompts', 'many', '--replicates', '3', '--p', '0.3']],
  ])('refuses %s and says what is wrong', async (_what, args) => {
    const { code, stderr } = await plan(...args);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/prompts|share|replicates|number|p\b/);
  });
});
