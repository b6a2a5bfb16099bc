import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, it } from 'vitest';
import { FsArtifactStore } from '../../../src/artifacts/fs-store.ts';

const KILLS = 8;
const FOLDER = 'raw/2026/11/27';
const directory = mkdtempSync(join(tmpdir(), 'fleet-killed-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Lets a process write until it has acknowledged `count` artefacts, kills it, tells the keys it acknowledged. */
async function writeAndDie(count: number): Promise<string[]> {
  const script = join(import.meta.dirname, 'write-until-killed.ts');
  const writer = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(writer, 'exit');
  const keys: string[] = [];
  for await (const key of createInterface({ input: writer.stdout })) {
    keys.push(key);
    if (keys.length === count) writer.kill('SIGKILL');
  }
  expect((await ended)[1], 'the signal it died by').toBe('SIGKILL');
  return keys;
}

it('a writer that is killed leaves nothing that can be read in part, and loses nothing it acknowledged (P24)', async () => {
  const acknowledged: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) acknowledged.push(...(await writeAndDie(10 + kill * 3)));
  const store = new FsArtifactStore(directory);
  const listed = await store.list(FOLDER, '');
  for (const key of listed) await store.get(key, key.slice(FOLDER.length + 1));
  const partial = readdirSync(join(directory, FOLDER)).length - listed.length;
  process.stdout.write(
    `P24: ${JSON.stringify({ kills: KILLS, acknowledged: acknowledged.length, whole: listed.length, leftUnreadable: partial })}\n`,
  );
  expect(listed).toEqual(expect.arrayContaining(acknowledged));
  expect(partial).toBeLessThanOrEqual(KILLS);
});
