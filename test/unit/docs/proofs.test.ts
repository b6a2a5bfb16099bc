import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const TEST = resolve(import.meta.dirname, '../..');
const PROOFS = readFileSync(join(TEST, 'README.md'), 'utf8');

/** `a/{b,c}` is `a/b` and `a/c`. */
function spread(name: string): string[] {
  const [, before, choices, after] = /^(.*)\{(.*)\}(.*)$/.exec(name) ?? [];
  if (choices === undefined) return [name];
  return choices.split(',').map((choice) => `${before}${choice}${after}`);
}

/** The file, or the folder, that a name of the README stands for. */
function placeOf(name: string): string | undefined {
  return ['.test.ts', '.ts', '']
    .flatMap((end) => [`${name}${end}`, `integration/${name}${end}`, `../${name}${end}`])
    .map((path) => join(TEST, path))
    .find((path) => existsSync(path));
}

/** What stands in backticks and has a slash: a test, or a folder of tests; with the words quoted right behind it. */
const NAMED = /`([a-z][\w-]*(?:\/[\w.{},-]+)+)`((?: ?[,and]* ?“[^”]+”)*)/g;
const named = [...PROOFS.matchAll(NAMED)].map(([, name = '', quotes = '']) => ({
  name,
  quoted: [...quotes.matchAll(/“([^”]+)”/g)].map(([, text = '']) => text),
}));

describe('what test/README.md says shows something', () => {
  it('exists', () => {
    expect(named.length).toBeGreaterThan(80);
    expect(named.flatMap(({ name }) => spread(name)).filter((name) => placeOf(name) === undefined)).toEqual(
      [],
    );
  });

  it('is a test of that name, where words are quoted', () => {
    const untrue = named.flatMap(({ name, quoted }) => {
      const place = placeOf(name);
      if (quoted.length === 0 || place === undefined) return [];
      const text = readFileSync(place, 'utf8');
      return quoted.filter((words) => !text.includes(words)).map((words) => `${name}: ${words}`);
    });
    expect(named.flatMap(({ quoted }) => quoted).length).toBeGreaterThan(20);
    expect(untrue).toEqual([]);
  });
});
