import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { BrowserProcesses } from '../../../src/fleet/browser-processes.ts';
import { HAS_PROCESS_TABLE } from '../../../src/platform/process-table.ts';

const started: ChildProcess[] = [];

async function someProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)']);
  started.push(child);
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

afterEach(async () => {
  for (const child of started.splice(0)) {
    const gone = once(child, 'exit');
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await gone;
  }
});

describe.skipIf(!HAS_PROCESS_TABLE)('the processes a browser told', () => {
  it('count with what each uses alone and once what they share; renderers are named', async () => {
    const [main, page] = [await someProcess(), await someProcess()];
    const processes = new BrowserProcesses();
    expect(processes.learn([{ type: 'browser', pid: main }])).toBe(true);
    const alone = processes.memory();
    expect(alone.renderers).toEqual([]);
    expect(alone.bytes).toBeGreaterThan(1e6);

    expect(processes.learn(told(main, page))).toBe(true);
    const both = processes.memory();
    expect(both.renderers.map(({ process }) => process.pid)).toEqual([page]);
    expect(both.bytes).toBeGreaterThan(alone.bytes);
    expect(both.bytes).toBeLessThan(2 * alone.bytes + 20e6);
  });

  it('are new only once, and forgotten when they are told no longer', async () => {
    const [main, page] = [await someProcess(), await someProcess()];
    const processes = new BrowserProcesses();
    processes.learn(told(main, page));
    expect(processes.learn(told(main, page))).toBe(false);
    expect(processes.learn([{ type: 'browser', pid: main }])).toBe(false);
    expect(processes.memory().renderers).toEqual([]);
  });

  it('are passed over when they are gone, before they were looked at or after', async () => {
    const [main, page] = [await someProcess(), await someProcess()];
    const processes = new BrowserProcesses();
    processes.learn(told(main, page));
    const child = started.find(({ pid }) => pid === page);
    const gone = child === undefined ? undefined : once(child, 'exit');
    child?.kill('SIGKILL');
    await gone;
    expect(processes.memory().renderers.map(({ bytes }) => bytes)).toEqual([0]);
    expect(new BrowserProcesses().learn([{ type: 'renderer', pid: page }])).toBe(false);
  });

  it('are learnt anew after one turned out to be another', async () => {
    const page = await someProcess();
    const processes = new BrowserProcesses();
    processes.learn([{ type: 'renderer', pid: page }]);
    for (const { process } of processes.memory().renderers) processes.forget(process);
    expect(processes.memory().renderers).toEqual([]);
    expect(processes.learn([{ type: 'renderer', pid: page }])).toBe(true);
  });
});

function told(main: number, page: number) {
  return [
    { type: 'browser', pid: main },
    { type: 'renderer', pid: page },
  ];
}
