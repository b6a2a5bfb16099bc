import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FRONTS } from '../../../src/api/fronts.ts';
import { API_VERSIONS } from '../../../src/contract/dialect.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const REDOCLY = join(ROOT, 'node_modules/@redocly/cli/bin/cli.js');

let world: ApiWorld;
const directory = mkdtempSync(join(tmpdir(), 'fleet-openapi-'));
beforeAll(async () => {
  world = await openApiWorld();
});
afterAll(async () => {
  await world.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs Redocly's linter without its network calls; gives what it found. */
async function lint(document: string): Promise<{ ruleId: string; severity: string; message: string }[]> {
  const file = join(directory, 'openapi.json');
  writeFileSync(file, document);
  const given = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', PATH: process.env.PATH };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [REDOCLY, 'lint', file, '--format=json', '--extends=recommended'],
    { cwd: directory, env: given, maxBuffer: 50_000_000, timeout: 50_000 },
  ).catch((failed: { stdout: string }) => failed);
  return JSON.parse(stdout).problems;
}

describe.each(API_VERSIONS)('the OpenAPI document of %s', (version) => {
  it('is served as the document of its date, and lints without an error or a warning', async () => {
    const { text, body, headers } = await world.ask(`/openapi/${version}.json`);
    expect(body).toMatchObject({ openapi: '3.1.0', info: { version } });
    expect(headers['content-type']).toMatch(/^application\/json/);
    const problems = (await lint(text)).map(
      ({ ruleId, severity, message }) => `${severity} ${ruleId}: ${message}`,
    );
    expect(problems).toEqual([]);
  });

  it('names every route once, each with a summary, a tag and an id of its own', async () => {
    const { body } = await world.ask(`/openapi/${version}.json`);
    const operations = Object.values<
      Record<string, { operationId: string; summary: string; tags: string[] }>
    >(body.paths).flatMap((path) => Object.values(path));
    expect(operations.filter(({ summary, tags }) => !summary || tags?.length !== 1)).toEqual([]);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });
});

describe.each(FRONTS.map(({ name }) => name))('the OpenAPI document of the front %s', (name) => {
  it('lints without an error or a warning, and names every route once', async () => {
    const text = await (await fetch(`${world.url}/compat/${name}/openapi.json`)).text();
    const problems = (await lint(text)).map(
      ({ ruleId, severity, message }) => `${severity} ${ruleId}: ${message}`,
    );
    expect(problems).toEqual([]);
    const paths: Record<string, Record<string, { operationId: string; summary: string }>> = JSON.parse(
      text,
    ).paths;
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    expect(operations.filter(({ summary }) => !summary)).toEqual([]);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });
});

describe('the default document', () => {
  it('is the newest one', async () => {
    const [first, second] = await Promise.all([
      world.ask('/openapi.json'),
      world.ask('/openapi/2026-06-27.json'),
    ]);
    expect(first.body).toEqual(second.body);
  });
});
