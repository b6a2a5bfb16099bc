import type { Operation, Served } from './document.ts';
import type { Received } from './exchange.ts';
import type { Fuzzed } from './fuzzed.ts';

/** What may answer a valid request besides success: the state of the account or of what it names. */
const STATE_CODES =
  /^(INSUFFICIENT_CREDITS|CREDITS_EXCEEDED|IDEMPOTENCY_CONFLICT|IDEMPOTENCY_IN_PROGRESS|JOB_NOT_CANCELABLE|JOB_EXPIRED|DELIVERY_IN_PROGRESS|[A-Z]+_NOT_FOUND)$/;

/** Operations whose every valid request is accepted, whatever ids are about. */
const ALWAYS_ACCEPTED = /search|async-analysis$|jobs$|surfaces$|status$|usage$|health|ready/;

/**
 * The checks of Schemathesis (specs/edge.md 10), on one answer: no server error, documented status, content type and
 * schema, headers, bad data refused, good data accepted, authentication asked for, Allow complete. Gives back what is wrong.
 */
export function problemsOf(served: Served, asked: Fuzzed, got: Received): string[] {
  const problems: string[] = [];
  const body = bodyOf(got, problems);
  if (got.status >= 500) problems.push(`server error ${got.status}`);
  if (asked.operation !== undefined || got.status >= 400) {
    // A method that a path has not is refused in a shape that the path's methods document: a bare UUID is a front's.
    const documented = asked.operation ?? atPath(served, asked);
    const problem = served.problemOf(documented, got.status, got.type, body);
    if (problem !== undefined) problems.push(problem);
  }
  problems.push(...headerProblems(served, asked, got));
  const { operation, kind } = asked;
  if (operation === undefined) return problems;
  if (asked.auth !== 'key' && !operation.isOpen && got.status !== 401 && !isRefusedBefore(got, body)) {
    problems.push(`served without a valid key: ${got.status}`);
  }
  if (operation.body !== undefined && asked.raw === undefined && !served.takes(operation, asked.body)) {
    if (got.status < 400) problems.push('accepted a body that its document refuses');
  }
  const isFine = got.status < 400 || STATE_CODES.test(codeOf(body));
  if (kind === 'valid' && ALWAYS_ACCEPTED.test(operation.template) && !isFine) {
    problems.push(`refused a valid request: ${got.status} ${got.text.slice(0, 300)}`);
  }
  return problems;
}

/** A version we do not speak is refused before the key is looked at. */
function isRefusedBefore(got: Received, body: unknown): boolean {
  return got.status === 400 && codeOf(body) === 'UNSUPPORTED_VERSION';
}

function bodyOf(got: Received, problems: string[]): unknown {
  if (got.text === '' || got.type !== 'application/json') return got.text === '' ? undefined : got.text;
  try {
    return JSON.parse(got.text);
  } catch {
    problems.push(`says JSON and is not: ${got.text.slice(0, 100)}`);
    return undefined;
  }
}

/** In either dialect. */
function codeOf(body: unknown): string {
  const outer = body as { code?: unknown; error?: { code?: unknown } } | undefined;
  return String(outer?.code ?? outer?.error?.code ?? '');
}

/** An operation at the path that was asked, whatever its method. */
function atPath(served: Served, asked: Fuzzed): Operation | undefined {
  const path = asked.path.split('?')[0] ?? '';
  return served.operations.find((known) => fits(known.template, path));
}

function headerProblems(served: Served, asked: Fuzzed, { status, headers }: Received): string[] {
  const problems: string[] = [];
  const has = (name: string, pattern: RegExp): void => {
    const value = String(headers[name] ?? '');
    if (!pattern.test(value)) problems.push(`${name}: ${JSON.stringify(value)}`);
  };
  has('x-request-id', /^[A-Za-z0-9._-]{1,128}$/);
  has('x-aisearch-version', /^2026-06-(27|01)$/);
  if (status >= 400) has('x-should-retry', /^(true|false)$/);
  if (status === 401) has('www-authenticate', /^Bearer$/);
  if (status === 429 || status === 503) has('retry-after', /^\d+$/);
  if (status === 202) has('location', /^\/(api\/)?v1\/|^$/);
  if (status === 405) {
    has('allow', /^[A-Z, ]+$/);
    const template = atPath(served, asked)?.template ?? '';
    const allowed = new Set(String(headers.allow).split(', '));
    for (const method of served.methodsOf(template)) {
      if (!allowed.has(method)) problems.push(`Allow of ${template} lacks ${method}`);
    }
  }
  return problems;
}

function fits(template: string, path: string): boolean {
  return new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path);
}
