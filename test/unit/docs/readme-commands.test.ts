import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS, commandsFor } from '../../../src/cli/commands.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8');
const README = read('README.md');
const PAGES = [README, read('docker/README.md')].join('\n');

/** Commands and tests that people are told to type, without what surrounds them. */
const all = (pattern: RegExp): string[] => [...PAGES.matchAll(pattern)].map(([, typed = '']) => typed);

const commands = new Map<string, Command>();
beforeAll(async () => {
  for (const command of await commandsFor(undefined)) commands.set(command.name(), command);
});

/** The command that the words lead to, and the first word that is none. */
function follow(words: readonly string[]): Command | undefined {
  const [first = '', second = '', third = ''] = words;
  const command = commands.get(first);
  const nested = (of: Command | undefined, name: string): Command | undefined =>
    of?.commands.find((one) => one.name() === name);
  return nested(nested(command, second), third) ?? nested(command, second) ?? command;
}

/** What is wrong with a line that begins behind `fleet`: no such command, or options that it does not know. */
function faultsOf(line: string): string[] {
  const words = line.split(/[\s|]+/).map((word) => word.replace(/[[\]…`)]/g, ''));
  const command = follow(words);
  if (command === undefined) return [`no command ${words[0]}`];
  const known = new Set(command.options.map(({ long }) => long));
  const asked = words.filter((word) => word.startsWith('--'));
  return asked
    .filter((option) => !known.has(option))
    .map((option) => `${words[0]} has no ${option}: ${line}`);
}

describe('the commands that the READMEs print', () => {
  it('stand all in the table, which has no other', () => {
    const table = README.split('\n## Commands\n')[1]?.split('\n## ')[0] ?? '';
    const told = [...table.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)/g)].map(([, name]) => name),
    );
    // `npm start` and `npm run demo`, told of where the README begins.
    expect(new Set([...told, 'start', 'demo'])).toEqual(new Set(Object.keys(COMMANDS)));
  });

  it('exist, with every option they are printed with', () => {
    const table = README.split('\n## Commands\n')[1]?.split('\n## ')[0] ?? '';
    const cells = [...table.matchAll(/^\| (`.*?`) \| [^|]*\|$/gm)].flatMap(([, cell = '']) =>
      [...cell.replaceAll('\\|', '|').matchAll(/`([^`]+)`/g)].map(([, line = '']) => line),
    );
    const lines = [...cells, ...all(/npm run -s fleet -- (\w[^`#\n]*)/g), ...all(/`fleet (\w[^`]*)`/g)];
    expect(lines.length).toBeGreaterThan(30);
    expect(lines.flatMap(faultsOf)).toEqual([]);
  });

  it('of npm are scripts, and benches and their options are there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const run = all(/npm (?:run )?(?:-s )?(start|test|demo|bench|chaos|fuzz|check)\b/g);
    expect(run.filter((name) => !(name in scripts))).toEqual([]);
    const folder = resolve(ROOT, 'test/bench');
    const source = readdirSync(folder).filter((name) => name.endsWith('.ts'));
    const code = source.map((name) => readFileSync(resolve(folder, name), 'utf8')).join('\n');
    const benches = all(/npm run bench -- ([^`\n]+)/g);
    expect(benches.length).toBeGreaterThan(8);
    for (const line of benches) {
      const [name = '', ...rest] = line.split(/[\s,]+/);
      expect(new RegExp(`^  ${name}: bench`, 'm').test(read('test/bench/run.ts')), line).toBe(true);
      for (const option of rest.filter((word) => word.startsWith('--')))
        expect(code.includes(`'${option}'`) || code.includes(`option('${option.slice(2)}'`), line).toBe(true);
    }
    const chaos = all(/npm run chaos -- ([^`\n]+)/g).flatMap((line) => [...line.matchAll(/--([\w-]+)/g)]);
    expect(chaos.length).toBeGreaterThan(0);
    for (const [, option = ''] of chaos)
      expect(read('test/chaos/run.ts').includes(`${option}: z.`), option).toBe(true);
  });

  it('and the files and folders they name are there', () => {
    const named = all(/[`(\s]((?:test|docker|src|fixtures|surfaces)\/[\w./-]*\w)/g);
    const places = (name: string): string[] =>
      ['', '.test.ts', '.ts'].map((end) => resolve(ROOT, name + end));
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !places(name).some((path) => existsSync(path)))).toEqual([]);
  });
});
