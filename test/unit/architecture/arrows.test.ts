import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The rooms of the house and what each may import of ours (DESIGN.md, *Folders*). */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  extract: ['contract'],
  surfaces: ['contract', 'extract'],
  platform: ['contract'],
  capture: ['contract', 'platform'],
  artifacts: ['contract', 'platform'],
  jobs: ['contract', 'platform'],
  webhooks: ['contract', 'platform', 'jobs'],
  fleet: ['contract', 'platform', 'capture', 'surfaces', 'extract', 'artifacts', 'jobs'],
  api: [
    'contract',
    'platform',
    'jobs',
    'webhooks',
    'artifacts',
    'surfaces',
    'measure',
    'score',
    'outputs',
    'analysis',
  ],
  measure: ['contract', 'extract'],
  score: ['contract', 'extract'],
  outputs: ['contract', 'extract', 'measure'],
  analysis: [
    'contract',
    'platform',
    'jobs',
    'webhooks',
    'artifacts',
    'extract',
    'measure',
    'score',
    'outputs',
  ],
  client: ['contract'],
  stage: ['contract'],
  cli: [
    'contract',
    'extract',
    'surfaces',
    'platform',
    'capture',
    'artifacts',
    'jobs',
    'measure',
    'score',
    'outputs',
    'analysis',
    'webhooks',
    'fleet',
    'api',
    'client',
    'stage',
  ],
};

/** Words that betray I/O, a clock, the environment or randomness. */
const IMPURE =
  /from 'node:(?!crypto')|\bDate\.now\(|new Date\(\s*\)|\bperformance\.now\(|\bMath\.random\(|\bprocess\.|\bfetch\(|\bsetTimeout\(|randomBytes|randomUUID/;

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ts$/.test(name) && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));
}

function room(path: string): string {
  if (path.startsWith('surfaces/')) return 'surfaces';
  return path === 'src/cli.ts' ? 'cli' : (path.split('/')[1] ?? '');
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) =>
    relative(ROOT, resolve(ROOT, dirname(file), match[1] ?? '')),
  );
}

const FILES = [...sources('src'), ...sources('surfaces')];

describe('the arrows between the rooms', () => {
  it.each(FILES)('%s imports only what its room may', (file) => {
    const from = room(file);
    expect(Object.keys(ARROWS)).toContain(from);
    const allowed = [...(ARROWS[from] ?? []), from];
    for (const target of importsOf(file)) {
      expect(allowed, `${file} imports ${target}`).toContain(room(target));
    }
  });

  it('keeps everything that decides pure: contract, extract, measure, score, outputs and every surface’s extraction', () => {
    const pure = FILES.filter(
      (file) =>
        /^src\/(contract|extract|measure|score|outputs)\//.test(file) ||
        (file.startsWith('surfaces/') && !file.endsWith('/drive.ts')),
    );
    const impure = pure.filter((file) =>
      IMPURE.test(withoutComments(readFileSync(join(ROOT, file), 'utf8'))),
    );
    expect(impure).toEqual([]);
  });

  it('reads the environment in one file only', () => {
    const readers = FILES.filter((file) =>
      /process\.env/.test(withoutComments(readFileSync(join(ROOT, file), 'utf8'))),
    );
    expect(readers).toEqual(['src/platform/config.ts']);
  });

  it('has no room for leftovers', () => {
    const names = FILES.filter((file) => /(^|\/)(utils?|helpers?|common|manager|misc)(\.|\/|-)/.test(file));
    expect(names).toEqual([]);
  });
});

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
