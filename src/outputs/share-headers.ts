import { REPORT_CSP } from './report-csp.ts';

/**
 * Headers of a page that whoever has the link may read: not found by search engines, not kept by caches, its address
 * (which is the secret) never sent along, nothing loaded, in no frame.
 */
export function shareHeaders(): Record<string, string> {
  return {
    'content-security-policy': `${REPORT_CSP}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'cache-control': 'private, no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow, noarchive',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  };
}
