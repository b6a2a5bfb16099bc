import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideReaping, idInMark, type MarkedProcess } from '../../../src/fleet/reaper.ts';
import {
  FOREIGN_AGE_MS,
  formatMark,
  type Owner,
  parseMark,
  scratchFolder,
} from '../../../src/fleet/scratch.ts';

const SELF: Owner = { scope: 'aaaa', pid: 100, startTicks: 5_000 };
const DEAD: Owner = { scope: 'aaaa', pid: 200, startTicks: 4_000 };
const NEIGHBOUR: Owner = { scope: 'aaaa', pid: 300, startTicks: 4_500 };
const ELSEWHERE: Owner = { scope: 'bbbb', pid: 200, startTicks: 4_000 };

const lives = (owner: Owner): boolean => owner.pid === SELF.pid || owner.pid === NEIGHBOUR.pid;

function processOf(owner: Owner, serial: number): MarkedProcess {
  const mark = { ...owner, serial };
  return { pid: 9_000 + serial, parent: 1, group: 9_000, startTicks: 1, id: formatMark(mark), mark };
}

function verdict(owner: Owner, options: { known?: boolean; ageMs?: number } = {}) {
  const process = processOf(owner, 1);
  const { kill, sweep } = decideReaping({
    self: SELF,
    processes: [process],
    folders: [
      { id: process.id, ageMs: options.ageMs ?? 0 },
      { id: 'somebody-elses', ageMs: 1e12 },
    ],
    ledger: new Set(options.known === true ? [process.id] : []),
    lives,
  });
  return { kill: kill.length, sweep: sweep.length };
}

describe('the reaper', () => {
  it('ends what a dead worker left, process and folder', () => {
    expect(verdict(DEAD)).toEqual({ kill: 1, sweep: 1 });
  });

  it('ends what this worker no longer knows, and nothing that stands in its ledger', () => {
    expect(verdict(SELF)).toEqual({ kill: 1, sweep: 1 });
    expect(verdict(SELF, { known: true })).toEqual({ kill: 0, sweep: 0 });
  });

  it('leaves the browsers of a living neighbour alone', () => {
    expect(verdict(NEIGHBOUR)).toEqual({ kill: 0, sweep: 0 });
  });

  it('cannot judge owners on other hosts or in other containers; only their age tells that a folder is left over', () => {
    expect(verdict(ELSEWHERE)).toEqual({ kill: 0, sweep: 0 });
    expect(verdict(ELSEWHERE, { ageMs: FOREIGN_AGE_MS + 1 })).toEqual({ kill: 0, sweep: 1 });
  });

  it('is not fooled by a pid that was given out again', () => {
    const reused: Owner = { ...SELF, startTicks: SELF.startTicks - 1 };
    const alive = (owner: Owner): boolean => owner.startTicks === SELF.startTicks;
    const process = processOf(reused, 1);
    const { kill } = decideReaping({
      ...{ self: SELF, processes: [process], folders: [], ledger: new Set<string>() },
      lives: alive,
    });
    expect(kill).toEqual([process]);
  });

  it('knows only the marks of its own fleet', () => {
    expect(idInMark('f1.aaaa-1-2-3', 'f1')).toBe('aaaa-1-2-3');
    expect(idInMark('f2.aaaa-1-2-3', 'f1')).toBeUndefined();
    expect(idInMark(undefined, 'f1')).toBeUndefined();
  });
});

describe('a browser’s mark', () => {
  it('comes back from its text, and its folder leaves room for Chromium’s socket', () => {
    const number = fc.nat({ max: 2 ** 31 });
    fc.assert(
      fc.property(number, number, fc.nat({ max: 9_999 }), (pid, startTicks, serial) => {
        const mark = { scope: '0f3a', pid, startTicks, serial };
        expect(parseMark(formatMark(mark))).toEqual(mark);
      }),
    );
    expect(parseMark('.org.chromium.Chromium.abc')).toBeUndefined();
  });

  it('lies under the data directory where the path is short enough, else under the system’s temp folder', () => {
    expect(scratchFolder('/srv/fleet', '/tmp', 0)).toBe('/srv/fleet/browsers');
    expect(scratchFolder('/home/somebody/projects/with/a/long/path/.fleet', '/tmp', 0)).toMatch(
      /^\/tmp\/cf-0-[0-9a-f]{8}$/,
    );
    expect(scratchFolder(undefined, '/tmp', 7)).toBe('/tmp/capture-fleet-7');
  });
});
