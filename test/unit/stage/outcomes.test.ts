import { expect, it } from 'vitest';
import { OUTCOMES } from '../../../src/contract/outcome.ts';
import { STAGES } from '../../../src/stage/registry.ts';

it('the stage can play every outcome there is', () => {
  const played = new Set(
    STAGES.flatMap(({ scenes }) => Object.values(scenes).map(({ expect }) => expect.outcome)),
  );
  expect([...played].sort()).toEqual([...OUTCOMES].sort());
});
