import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findBrowser, kindOf, shellFolderBeside } from '../../../src/platform/browser-binary.ts';

const auto = { browserPath: undefined, browser: 'auto' } as const;
let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'fleet-path-'));
  vi.stubEnv('PATH', bin);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(bin, { recursive: true, force: true });
});

function program(name: string): string {
  const path = join(bin, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

describe('the browser that is launched', () => {
  it('is FLEET_BROWSER_PATH before all others, and its name tells which kind it is', () => {
    program('chromium');
    const path = program('my-headless-shell');
    expect(findBrowser({ ...auto, browserPath: path }, 'chrome')).toEqual({
      path,
      binary: 'shell',
      from: 'FLEET_BROWSER_PATH',
    });
  });

  it('is refused, not replaced, when FLEET_BROWSER_PATH is no program', () => {
    program('chromium');
    const config = { ...auto, browserPath: join(bin, 'none') };
    expect(() => findBrowser(config, 'shell')).toThrow(expect.objectContaining({ code: 'BROWSER_MISSING' }));
  });

  it('says what it is when only the other kind is there', () => {
    program('chromium-headless-shell');
    expect(findBrowser(auto, 'chrome').binary).toBe('shell');
  });

  it('is a full Chrome or an error when FLEET_BROWSER=chrome insists', () => {
    const found = () => findBrowser({ ...auto, browser: 'chrome' }, 'shell');
    program('chromium-headless-shell');
    try {
      expect(found().binary).toBe('chrome'); // Playwright's own is installed on this machine.
    } catch (error) {
      expect(error).toMatchObject({
        code: 'BROWSER_MISSING',
        fix: expect.stringContaining('unset FLEET_BROWSER'),
      });
    }
    program('google-chrome');
    expect(found().binary).toBe('chrome');
  });
});

describe('what paths tell', () => {
  it.each([
    ['/usr/bin/chromium-headless-shell', 'shell'],
    ['/r/chromium_headless_shell-1255/l/chrome-headless-shell', 'shell'],
    ['/r/chromium_headless_shell-1/l/headless_shell', 'shell'],
    ['/usr/bin/chromium', 'chrome'],
  ])('%s is a %s', (path, kind) => {
    expect(kindOf(path)).toBe(kind);
  });

  it("finds Playwright's shell beside its Chromium, and nothing beside other layouts", () => {
    expect(shellFolderBeside('/r/chromium-1255/chrome-linux64/chrome')).toBe(
      '/r/chromium_headless_shell-1255',
    );
    expect(shellFolderBeside('/usr/bin/chromium')).toBeUndefined();
  });
});
