import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '../../../src/contract/outcome.ts';
import { CONFIG_VARIABLES } from '../../../src/platform/config.ts';
import { SURFACES } from '../../../surfaces/index.ts';

const README = readFileSync(resolve(import.meta.dirname, '../../../README.md'), 'utf8');

function firstColumn(heading: string): string[] {
  const section = README.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '');
}

describe('the README', () => {
  it('lists every setting, and no other', () => {
    expect(firstColumn('Configuration').sort()).toEqual([...CONFIG_VARIABLES].sort());
  });

  it('lists every outcome', () => {
    expect(firstColumn('Outcomes')).toEqual([...OUTCOMES]);
  });

  it('lists every surface that can be captured', () => {
    expect(firstColumn('Surfaces').sort()).toEqual(SURFACES.map(({ name }) => name).sort());
  });
});
