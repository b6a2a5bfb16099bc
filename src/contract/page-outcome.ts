import { z } from 'zod';

/** What one ending of a page capture means. `kind`: `blocked` is the site's own refusal, `failed` all else. */
interface PageEndRule {
  kind: 'blocked' | 'failed';
  message: string;
  /** Whether the same URL may well work a little later. */
  retryable: boolean;
}

/** Every way in which a page capture can end without a page to score; the message is whole without further words. */
export const PAGE_ENDS = {
  robots_disallowed: {
    kind: 'blocked',
    retryable: false,
    message: 'The robots.txt of the site forbids this address to our agent.',
  },
  challenge: {
    kind: 'blocked',
    retryable: false,
    message: 'The site asked for proof of being human; challenges are reported, never solved.',
  },
  unauthorized: {
    kind: 'blocked',
    retryable: false,
    message: 'The site answered 401: the page is not public.',
  },
  forbidden: { kind: 'blocked', retryable: false, message: 'The site answered 403: it refuses our request.' },
  throttled: {
    kind: 'blocked',
    retryable: true,
    message: 'The site answered 429: it asks us to come less often.',
  },
  url_invalid: {
    kind: 'failed',
    retryable: false,
    message:
      'Not an address that can be fetched: an absolute http or https URL without credentials is needed, at most 2,048 characters.',
  },
  port_refused: { kind: 'failed', retryable: false, message: 'Only the ports 80, 443 and 8443 are fetched.' },
  private_address: {
    kind: 'failed',
    retryable: false,
    message: 'The address, or one it redirects to, is not on the public internet.',
  },
  unresolved: { kind: 'failed', retryable: true, message: 'The name of the host was not found.' },
  connection_failed: {
    kind: 'failed',
    retryable: true,
    message: 'No connection to the host could be made, or it broke.',
  },
  tls_failed: {
    kind: 'failed',
    retryable: false,
    message: 'The certificate of the host was not accepted, or TLS broke.',
  },
  timeout: { kind: 'failed', retryable: true, message: 'The page was not there after 60 seconds.' },
  redirect_loop: {
    kind: 'failed',
    retryable: false,
    message: 'The address redirects to one it has already been at.',
  },
  too_many_redirects: {
    kind: 'failed',
    retryable: false,
    message: 'The address redirects more than 10 times.',
  },
  not_found: { kind: 'failed', retryable: false, message: 'The site answered that there is no such page.' },
  server_error: { kind: 'failed', retryable: true, message: 'The site answered with an error of its own.' },
  http_error: {
    kind: 'failed',
    retryable: false,
    message: 'The site answered with a status other than 200.',
  },
  too_large: { kind: 'failed', retryable: false, message: 'The page is larger than 25 MB.' },
  not_html: {
    kind: 'failed',
    retryable: false,
    message: 'The address holds no HTML page (a PDF, an image, a download).',
  },
  too_many_elements: {
    kind: 'failed',
    retryable: false,
    message: 'The page holds 500,000 elements or more.',
  },
  invalid_text: {
    kind: 'failed',
    retryable: false,
    message: 'What came is no valid UTF-8, and neither its header nor itself names another charset.',
  },
  empty_page: { kind: 'failed', retryable: false, message: 'The page holds no text.' },
  login_page: {
    kind: 'failed',
    retryable: false,
    message: 'What the address shows is a sign-in form, not content.',
  },
  page_lost: { kind: 'failed', retryable: true, message: 'The browser lost the page while it was rendered.' },
} as const satisfies Record<string, PageEndRule>;

export type PageEndCode = keyof typeof PAGE_ENDS;

const CODES = Object.keys(PAGE_ENDS) as [PageEndCode, ...PageEndCode[]];

export const pageOutcomeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('captured') }),
  z.strictObject({ kind: z.literal('blocked'), code: z.enum(CODES), message: z.string() }),
  z.strictObject({ kind: z.literal('failed'), code: z.enum(CODES), message: z.string() }),
]);

export type PageOutcome = z.infer<typeof pageOutcomeSchema>;

/** The outcome a code of the catalogue stands for; `detail` (what came) is put behind its message. */
export function pageEnd(code: PageEndCode, detail?: string): PageOutcome {
  const { kind, message } = PAGE_ENDS[code];
  return { kind, code, message: detail === undefined ? message : `${message} (${detail})` };
}
