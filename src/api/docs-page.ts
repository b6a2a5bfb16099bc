import { API_ERRORS } from '../contract/errors.ts';

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

/** The docs page: routes, and the error catalogue with one anchor per code (`docs_url` points there). Static, offline. */
export function docsPage(routes: readonly Route[]): string {
  const routeRows = routes.map(
    ({ method, path, summary }) =>
      `<tr><td><code>${escaped(method)}</code></td><td><code>${escaped(path)}</code></td><td>${escaped(summary)}</td></tr>`,
  );
  const errorRows = Object.entries(API_ERRORS).map(
    ([code, rule]) =>
      `<tr id="${code.toLowerCase()}"><td><code>${code}</code></td><td>${rule.status}</td>` +
      `<td>${rule.retryable ? 'yes' : 'no'}</td><td>${escaped(rule.when)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Capture Fleet API</title>
<meta name="viewport" content="width=device-width">
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.4rem .6rem;text-align:left;vertical-align:top}
tr:target{background:#fff3bf}
</style>
<h1>Capture Fleet API</h1>
<p>Machine-readable: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). Version <code>2026-06-27</code> is spoken by default,
<code>X-AISearch-Version: 2026-06-01</code> (<a href="/openapi/2026-06-01.json">its document</a>) asks for the older one. Every request to <code>/v1</code> needs
<code>Authorization: Bearer &lt;API_KEY&gt;</code>, except <code>/v1/health</code>.</p>
<h2>Routes</h2>
<table><tr><th>Method</th><th>Path</th><th></th></tr>
${routeRows.join('\n')}
</table>
<h2>Errors</h2>
<p>Every error has the shape <code>{code, error, request_id, docs_url, details?}</code>, in version 2026-06-01
<code>{error: {code, message, status, details?}}</code>; branch on <code>code</code>.
Whether a retry can help is said by <code>X-Should-Retry</code>.</p>
<table><tr><th>Code</th><th>Status</th><th>Retry</th><th>When</th></tr>
${errorRows.join('\n')}
</table>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
