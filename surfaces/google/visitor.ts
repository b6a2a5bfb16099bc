import type { CheerioAPI } from '../../src/extract/dom.ts';

/** Whether the page was shown to an account: the header offers a sign-in, or an account menu (2025-03 → 2026-06). */
export function readLoginState($: CheerioAPI): 'anonymous' | 'signed_in' | 'unknown' {
  if ($('a[href*="accounts.google.com/SignOutOptions"], a[href*="accounts.google.com/Logout"]').length > 0)
    return 'signed_in';
  if ($('a[href*="accounts.google.com/ServiceLogin"], a[href*="accounts.google.com/signin"]').length > 0)
    return 'anonymous';
  return 'unknown';
}
