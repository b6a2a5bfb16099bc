import { describe, expect, it } from 'vitest';
import { expectedStop } from '../../../src/measure/plan.ts';
import { seededDraw } from '../../../src/measure/seeded-draw.ts';
import { firstLook, LOOKS, lookAt, nextLook } from '../../../src/measure/sequential.ts';
import { observed } from './observed.ts';

/** `prompts` prompts on ChatGPT, each `replicates` times; `hit` says which name the brand. */
function seen(prompts: number, replicates: number, hit: (prompt: number, replicate: number) => boolean) {
  return Array.from({ length: prompts * replicates }, (_, index) => {
    const [prompt, replicate] = [(index % prompts) + 1, Math.floor(index / prompts) + 1];
    return observed({ prompt, replicate, names: hit(prompt, replicate) ? ['a'] : [] });
  });
}

describe('looks', () => {
  it('are at 3, 5, 8, 12 and 20 replicates, between the fewest and the most allowed', () => {
    expect([3, 4, 8].map((min) => firstLook({ min, max: 20 }))).toEqual([3, 5, 8]);
    expect(firstLook({ min: 4, max: 4 })).toBe(4);
    expect([3, 5, 8, 12, 20].map((own) => nextLook(own, { max: 20 }))).toEqual([5, 8, 12, 20, null]);
    expect(nextLook(5, { max: 7 })).toBeNull();
  });

  it('are wider than the usual interval, and say when a surface is exact enough', () => {
    const observations = seen(20, 3, (prompt) => prompt % 2 === 0);
    const look = (halfWidth: number) => lookAt(observations, 'a', ['chatgpt', 'claude'], 3, { halfWidth });
    const [chatgpt, claude] = look(0.5).surfaces;
    expect(chatgpt).toMatchObject({ surface: 'chatgpt', k: 30, n: 60, value: 0.5, reached: true });
    const width = (chatgpt?.interval?.high ?? 0) - (chatgpt?.interval?.low ?? 0);
    expect(look(width / 2 - 0.001).surfaces[0]?.reached).toBe(false);
    expect(look(width / 2 + 0.001).surfaces[0]?.reached).toBe(true);
    // Of a surface that nothing is known of, nothing is known exactly enough.
    expect(claude).toMatchObject({ k: 0, n: 0, value: null, interval: null, reached: false });
  });

  it('keep what the interval promises although it is looked at up to five times', () => {
    const draw = seededDraw('looks');
    let covered = 0;
    const runs = 200;
    for (let run = 0; run < runs; run++) {
      const rates = Array.from({ length: 10 }, () => draw());
      const truth = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
      const hits = Array.from({ length: 20 * 10 }, (_, index) => draw() < (rates[index % 10] ?? 0));
      const observations = seen(
        10,
        20,
        (prompt, replicate) => hits[(replicate - 1) * 10 + prompt - 1] === true,
      );
      for (const replicates of LOOKS) {
        const until = observations.filter((own) => own.replicate <= replicates);
        const look = lookAt(until, 'a', ['chatgpt'], replicates, { halfWidth: 0.12 }).surfaces[0];
        if (look?.reached !== true && replicates < 20) continue;
        if (look?.interval && look.interval.low <= truth && truth <= look.interval.high) covered++;
        break;
      }
    }
    expect(covered / runs).toBeGreaterThanOrEqual(0.95);
  });
});

describe('the look at which replicates are expected to stop', () => {
  it('is the first whose half-width, with the quantile of looks, is what is wanted', () => {
    // 2.576 × √(.25 × .4 / (m × 20)): .105 at 3, .0815 at 5, .0644 at 8.
    const plan = { prompts: 20, replicates: 3, share: 0.5 };
    expect(expectedStop(plan, 0.11)).toMatchObject({ replicates: 3 });
    expect(expectedStop(plan, 0.07).replicates).toBe(8);
    expect(expectedStop(plan, 0.07).halfWidth).toBeCloseTo(0.0644, 4);
    expect(expectedStop(plan, 0.001).replicates).toBeNull();
    expect(() => expectedStop(plan, 0)).toThrow(/until must be/);
  });
});
