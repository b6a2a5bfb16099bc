import type { Config } from '../platform/config.ts';
import { MAX_CAPTURES } from './analysis-request.ts';
import { SNIPPETS } from './docs-snippets.ts';
import { BODY_LIMIT } from './error-answer.ts';
import { escaped } from './html-text.ts';
import { MAX_CHILDREN, MAX_REGIONS } from './normalise.ts';

/** What the page tells about this server's limits. */
export type ShownLimits = Pick<
  Config,
  | 'rateLimit'
  | 'authFailures'
  | 'syncLimit'
  | 'queueLimit'
  | 'queueLimitTotal'
  | 'syncWaitS'
  | 'retentionDays'
>;

/** The parts of the docs page that a person reads first: quick start, versions, limits, webhooks. */
export function docsGuide(limits: ShownLimits): string {
  return [quickStart(), versions(), limitsTable(limits), webhooks()].join('\n');
}

function quickStart(): string {
  return `<h2 id="quick-start">Quick start</h2>
<p>With curl: one surface is answered in one call.</p>
${code(SNIPPETS.quickStartCurl)}
<p>From TypeScript, with the client in <code>src/client</code>: several surfaces, read when they have ended.</p>
${code(SNIPPETS.quickStartTypeScript)}
<p>Give every submit an <code>idempotencyKey</code> (or the header <code>Idempotency-Key</code>): repeated within 7 days with the
same body it answers with the first job and <code>Idempotent-Replayed: true</code>, with another body with
<a href="#idempotency_conflict"><code>IDEMPOTENCY_CONFLICT</code></a>. The client does that by itself.</p>`;
}

function versions(): string {
  return `<h2 id="versions">Versions</h2>
<p><code>X-AISearch-Version</code> chooses; without it the key's pinned version counts, else <code>2026-06-27</code>. Every answer
says in the same header which one it speaks. An unknown one is <a href="#unsupported_version"><code>UNSUPPORTED_VERSION</code></a>.</p>
<table><tr><th></th><th>2026-06-27 (default)</th><th>2026-06-01</th></tr>
<tr><td>Document</td><td><a href="/openapi/2026-06-27.json">OpenAPI 3.1</a></td><td><a href="/openapi/2026-06-01.json">OpenAPI 3.1</a></td></tr>
<tr><td>Errors</td><td><code>{code, error, request_id, docs_url, details?}</code></td><td><code>{error: {code, message, status, details?}}</code></td></tr>
<tr><td>One surface, no mode</td><td>sync, 200</td><td>async, 202</td></tr>
<tr><td>Sync answer</td><td><code>{jobId, status, children}</code></td><td>the Envelope</td></tr>
<tr><td>Child id</td><td><code>job.surface.method.region</code></td><td><code>job.surface.region</code></td></tr>
<tr><td>No regions</td><td>one untargeted capture</td><td>US</td></tr>
<tr><td>Country in answers</td><td><code>us</code></td><td><code>US</code></td></tr>
<tr><td>Replay of an async submit</td><td>202</td><td>200</td></tr>
</table>`;
}

function limitsTable(limits: ShownLimits): string {
  const rows: [what: string, value: number, code: string][] = [
    ['Submits per minute and key', limits.rateLimit, 'RATE_LIMIT_EXCEEDED'],
    ['Other requests per minute and key; a 304 is free', limits.rateLimit * 10, 'RATE_LIMIT_EXCEEDED'],
    ['Refused keys per minute and address; 0: no limit', limits.authFailures, 'RATE_LIMIT_EXCEEDED'],
    ['Sync requests waiting, per account', limits.syncLimit, 'CONCURRENCY_LIMIT_EXCEEDED'],
    ['Captures accepted and not ended, per account', limits.queueLimit, 'QUEUE_CAPACITY_EXCEEDED'],
    ['The same, of all accounts', limits.queueLimitTotal, 'QUEUE_CAPACITY_EXCEEDED'],
    ['Seconds a sync request waits; Prefer: wait=1 to 120', limits.syncWaitS, 'SURFACE_TIMEOUT'],
    ['Regions per request', MAX_REGIONS, 'TOO_MANY_REGIONS'],
    [`Captures per search; ${MAX_CAPTURES} per async analysis`, MAX_CHILDREN, 'TOO_MANY_CHILDREN'],
    ['Bytes of a body', BODY_LIMIT, 'PAYLOAD_TOO_LARGE'],
    ['Days a job and its proof are kept', limits.retentionDays, 'JOB_EXPIRED'],
  ];
  return `<h2 id="limits">Limits</h2>
<p>Every 429 has <code>Retry-After</code>; submits tell their state in <code>X-RateLimit-*</code>, <code>RateLimit</code> and
<code>X-Concurrency-*</code>. Checks come in the order key, scope, rate, body, idempotency (a replay ends here), sync slot,
queue, credits.</p>
<table><tr><th>What</th><th>This server</th><th>Over it</th></tr>
${rows.map(([what, value, over]) => `<tr><td>${what}</td><td>${value}</td><td><a href="#${over.toLowerCase()}"><code>${over}</code></a></td></tr>`).join('\n')}
</table>`;
}

function webhooks(): string {
  return `<h2 id="webhooks">Webhooks</h2>
<p>Add <code>"webhook": {"url": "https://…", "secret": "…"}</code> to a search, or register an endpoint. Any 2xx acknowledges;
anything else is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 8 h and 8 h, and 410 ends it. Deliveries can come twice
and in any order: keep the <code>webhook-id</code>. Verify the raw body before you parse it.</p>
<h3>TypeScript</h3>
${code(SNIPPETS.verifyTypeScript)}
<h3>Python</h3>
${code(SNIPPETS.verifyPython)}
<h3>Shell</h3>
${code(SNIPPETS.verifyShell)}`;
}

function code(text: string): string {
  return `<pre><code>${escaped(text)}</code></pre>`;
}
