import { ERROR_GUIDE } from '../contract/error-guide.ts';
import { API_ERRORS, type ApiErrorCode } from '../contract/errors.ts';
import { docsGuide, type ShownLimits } from './docs-guide.ts';
import { escaped } from './html-text.ts';

interface Route {
  method: string;
  path: string;
  summary: string;
}

/** Routes of an OpenAPI document, in its order. */
export function routesOf(document: object): Route[] {
  const paths = 'paths' in document && typeof document.paths === 'object' ? (document.paths ?? {}) : {};
  return Object.entries(paths).flatMap(([path, operations]: [string, Record<string, { summary?: string }>]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      summary: operation.summary ?? '',
    })),
  );
}

/**
 * The docs page: quick start, versions, limits, webhooks, routes, and the error catalogue with cause, fix and one anchor
 * per code (`docs_url` points there). Static, offline, without scripts.
 */
export function docsPage(routes: readonly Route[], limits: ShownLimits): string {
  const routeRows = routes.map(
    ({ method, path, summary }) =>
      `<tr><td><code>${escaped(method)}</code></td><td><code>${escaped(path)}</code></td><td>${escaped(summary)}</td></tr>`,
  );
  const errorRows = (Object.keys(API_ERRORS) as ApiErrorCode[]).map(errorRow);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Capture Fleet API</title>
<meta name="viewport" content="width=device-width">
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
pre{background:#f6f6f6;padding:.8rem;overflow-x:auto;font-size:.85rem}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.4rem .6rem;text-align:left;vertical-align:top}
tr:target{background:#fff3bf}
</style>
<h1>Capture Fleet API</h1>
<p>Machine-readable: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). Version <code>2026-06-27</code> is spoken by default,
<code>X-AISearch-Version: 2026-06-01</code> (<a href="/openapi/2026-06-01.json">its document</a>) asks for the older one. Every request to <code>/v1</code> needs
<code>Authorization: Bearer &lt;API_KEY&gt;</code>, except <code>/v1/health</code>.
<a href="/docs/method">How the figures are made</a>: every formula with an example, what is not claimed, the evidence.</p>
${docsGuide(limits)}
<h2 id="routes">Routes</h2>
<table><tr><th>Method</th><th>Path</th><th></th></tr>
${routeRows.join('\n')}
</table>
<h2 id="errors">Errors</h2>
<p>Every error has the shape <code>{code, error, request_id, docs_url, details?}</code>, in version 2026-06-01
<code>{error: {code, message, status, details?}}</code>; branch on <code>code</code>.
Whether a retry can help is said by <code>X-Should-Retry</code>.</p>
<table><tr><th>Code</th><th>Status</th><th>Retry</th><th>Cause</th><th>Fix</th></tr>
${errorRows.join('\n')}
</table>
</html>
`;
}

function errorRow(code: ApiErrorCode): string {
  const { status, retryable } = API_ERRORS[code];
  const { cause, fix } = ERROR_GUIDE[code];
  return (
    `<tr id="${code.toLowerCase()}"><td><code>${code}</code></td><td>${status}</td>` +
    `<td>${retryable ? 'yes' : 'no'}</td><td>${escaped(cause)}</td><td>${escaped(fix)}</td></tr>`
  );
}
