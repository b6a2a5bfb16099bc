import fc from 'fast-check';
import { API_VERSIONS } from '../../src/contract/dialect.ts';
import type { ApiWorld } from '../integration/api/api-world.ts';
import { problemsOf } from './checks.ts';
import { Served } from './document.ts';
import { Exchange, type Received } from './exchange.ts';
import type { Fuzzed } from './fuzzed.ts';
import { anyRequest } from './requests.ts';

const BATCH = 10;
const POOL = 200;

/** What a run saw. */
export interface FuzzReport {
  seed: number;
  requests: number;
  byStatus: Record<string, number>;
  byKind: Record<string, number>;
  slowestMs: number;
}

/**
 * Sends `runs` generated requests, ten at a time, and throws at the first batch with a problem, naming each and the seed
 * that repeats the run.
 */
export async function fuzz(world: ApiWorld, given: { runs: number; seed: number }): Promise<FuzzReport> {
  const exchange = new Exchange(world.url);
  const documents = new Map<string, Served>();
  for (const version of API_VERSIONS) {
    const { text } = await exchange.send({ ...READ, path: `/openapi/${version}.json` });
    documents.set(version, new Served(JSON.parse(text)));
  }
  const [first] = [...documents.values()];
  if (first === undefined) throw new TypeError('no document is served');
  const report: FuzzReport = { seed: given.seed, requests: 0, byStatus: {}, byKind: {}, slowestMs: 0 };
  const fuzzer: Fuzzer = { world, exchange, documents, report, ids: [] };
  const batch = fc.array(anyRequest(first), { minLength: BATCH, maxLength: BATCH });
  try {
    const property = fc.asyncProperty(batch, async (requests) => {
      const problems = await Promise.all(requests.map((request) => tried(fuzzer, request)));
      if (problems.flat().length > 0) throw new Error(problems.flat().join('\n'));
    });
    const numRuns = Math.ceil(given.runs / BATCH);
    const run = await fc.check(property, { numRuns, seed: given.seed, endOnFailure: true });
    if (run.failed) throw new Error(`seed ${run.seed}, batch ${run.numRuns}`, { cause: run.errorInstance });
  } finally {
    exchange.close();
  }
  return report;
}

const READ = { method: 'GET', headers: {}, payload: undefined };

interface Fuzzer {
  world: ApiWorld;
  exchange: Exchange;
  documents: Map<string, Served>;
  report: FuzzReport;
  /** Ids that the server gave out, the newest last. */
  ids: string[];
}

async function tried(fuzzer: Fuzzer, asked: Fuzzed): Promise<string[]> {
  const startedAt = performance.now();
  const path = asked.path.replace(/\{pool:(\d+)\}/, (_all, n: string) => idOf(fuzzer, Number(n)));
  const json = asked.body === undefined ? undefined : Buffer.from(JSON.stringify(asked.body));
  const payload = asked.raw ?? json;
  const headers = {
    ...(asked.auth === 'none'
      ? {}
      : { authorization: `Bearer ${asked.auth === 'key' ? fuzzer.world.key : 'fleet_live_no'}` }),
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...asked.headers,
    ...(payload === undefined ? {} : { 'content-length': String(payload.length) }),
  };
  const got = await fuzzer.exchange.send({ method: asked.method, path, headers, payload });
  const { report, documents } = fuzzer;
  const served = documents.get(String(got.headers['x-aisearch-version']));
  const problems =
    served === undefined ? ['no dialect is named'] : problemsOf(served, inDialect(served, asked), got);
  problems.push(...(await unavailable(fuzzer, got)));
  remember(fuzzer, got);
  report.requests++;
  report.byStatus[got.status] = (report.byStatus[got.status] ?? 0) + 1;
  report.byKind[asked.kind] = (report.byKind[asked.kind] ?? 0) + 1;
  report.slowestMs = Math.max(report.slowestMs, Math.round(performance.now() - startedAt));
  return problems.map((problem) => `${asked.kind} ${asked.method} ${path.slice(0, 200)}: ${problem}`);
}

/** The same operation in the document of the dialect that answered. */
function inDialect(served: Served, asked: Fuzzed): Fuzzed {
  const { operation } = asked;
  if (operation === undefined) return asked;
  const { method, template } = operation;
  const same = served.operations.find((known) => known.method === method && known.template === template);
  return { ...asked, operation: same };
}

function idOf({ ids }: Fuzzer, n: number): string {
  return ids.length === 0 ? 'job_nobody' : encodeURIComponent(ids[n % ids.length] ?? '');
}

/** What was just made can be read where its Location says. */
async function unavailable({ exchange, world }: Fuzzer, got: Received): Promise<string[]> {
  const { location } = got.headers;
  if (got.status !== 202 || typeof location !== 'string') return [];
  const headers = { authorization: `Bearer ${world.key}` };
  const read = await exchange.send({ ...READ, path: location, headers });
  return read.status === 200 ? [] : [`${location} was just made and answers ${read.status}`];
}

/** Keeps the ids of what was made, for later requests to name. */
function remember({ ids }: Fuzzer, got: Received): void {
  if (got.status < 200 || got.status > 202 || got.type !== 'application/json') return;
  const body = JSON.parse(got.text) as Record<string, unknown>;
  const info = body.info as { id?: unknown } | undefined;
  const children = Array.isArray(body.children) ? body.children : [];
  for (const id of [body.jobId, body.analysisId, info?.id, ...children]) {
    if (typeof id === 'string') ids.push(id);
  }
  ids.splice(0, Math.max(0, ids.length - POOL));
}
