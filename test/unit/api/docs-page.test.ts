import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { docsPage } from '../../../src/api/docs-page.ts';
import { SNIPPETS } from '../../../src/api/docs-snippets.ts';
import { escaped } from '../../../src/api/html-text.ts';
import { API_VERSIONS } from '../../../src/contract/dialect.ts';
import { ERROR_GUIDE } from '../../../src/contract/error-guide.ts';
import { API_ERRORS, type ApiErrorCode } from '../../../src/contract/errors.ts';
import { readConfig } from '../../../src/platform/config.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const config = readConfig({ FLEET_RATE_LIMIT: '7777', FLEET_QUEUE_LIMIT: '8888' }, '/tmp');
const page = docsPage([{ method: 'GET', path: '/v1/a<b>', summary: 'x & y' }], config);
const CODES = Object.keys(API_ERRORS) as ApiErrorCode[];

/** Every file that answers errors, without the catalogue itself. */
const SOURCES = globSync('src/**/*.ts', { cwd: ROOT })
  .filter((file) => !/contract.error/.test(file))
  .map((file) => readFileSync(join(ROOT, file), 'utf8'));

describe('every error code', () => {
  it('that is thrown is in the catalogue, and every code of the catalogue is thrown', () => {
    const thrown = SOURCES.flatMap((text) =>
      [...text.matchAll(/new ApiError\(\s*'([A-Z_]+)'/g)].map((match) => match[1] ?? ''),
    );
    expect(thrown.length).toBeGreaterThan(40);
    expect(thrown.filter((code) => !(code in API_ERRORS))).toEqual([]);
    const named = new Set(
      SOURCES.flatMap((text) => [...text.matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)].map((match) => match[1])),
    );
    expect(CODES.filter((code) => !named.has(code))).toEqual([]);
  });

  it.each(CODES)('%s has a cause, a fix and one row of its own to link to', (code) => {
    const { cause, fix } = ERROR_GUIDE[code];
    for (const text of [cause, fix]) expect(text).toMatch(/^\S.{10,}[^.]\.$/);
    expect(fix).not.toBe(cause);
    const rows = page.split(`<tr id="${code.toLowerCase()}">`);
    expect(rows).toHaveLength(2);
    const row = rows[1]?.split('</tr>')[0];
    expect(row).toContain(`<td>${API_ERRORS[code].status}</td>`);
    expect(row).toContain(`<td>${escaped(cause)}</td><td>${escaped(fix)}</td>`);
  });
});

describe('the docs page', () => {
  it.each(Object.entries(SNIPPETS))('shows %s as the README does', (_name, code) => {
    expect(README).toContain(code);
    expect(page).toContain(`<pre><code>${escaped(code)}</code></pre>`);
  });

  it('names the versions, and the limits as they are set', () => {
    for (const version of API_VERSIONS) expect(page).toContain(`href="/openapi/${version}.json"`);
    for (const limit of ['7777', '77770', '8888']) expect(page).toContain(`<td>${limit}</td>`);
  });

  it('has no link within itself that leads nowhere', () => {
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) expect(page).toContain(`id="${link}"`);
  });

  it('escapes what it is given, and needs nothing from elsewhere', () => {
    expect(page).toContain('/v1/a&lt;b&gt;');
    expect(page).toContain('x &amp; y');
    expect(page).not.toMatch(/<script|<img|<link|src=/);
  });
});
