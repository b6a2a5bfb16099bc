import { changedPage } from '../dom-change.ts';
import { type Fixture, fixturePage } from '../fixtures.ts';
import type { StageReply } from '../reply.ts';
import type { StageRequest } from '../request.ts';

// What the Google surfaces' stages share: results pages that show the query asked, consent, the check page.

/** Hosts Google's surfaces live on. */
export const GOOGLE_STAGE_HOSTS = ['www.google.com', 'google.com', 'consent.google.com'] as const;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A results page whose title, search field and result list carry `query`. */
export function resultsPageFor(html: string, query: string): string {
  const suffix = / - [^<]*$/.exec(/<title>([^<]*)<\/title>/.exec(html)?.[1] ?? '')?.[0] ?? ' - Google Search';
  return changedPage(html, [
    { do: 'fill', at: 'title', html: `${escaped(query)}${suffix}` },
    { do: 'fill', at: '#searchform textarea[name="q"]', html: escaped(query) },
    { do: 'set', at: '#rso', name: 'data-async-context', value: `query:${query}` },
    // The sentence of an empty page repeats the query.
    { do: 'fill', at: '#topstuff p em, #botstuff p em', html: escaped(query) },
  ]);
}

/** True for the document of a results page. */
export function isResultsRequest(request: StageRequest): boolean {
  return request.path === '/search' && request.isDocument;
}

const CONSENT_COOKIE = 'SOCS';

/**
 * Plays Google's redirect to consent.google.com until a choice is made; true when it answered the request. The choice
 * is kept in the `SOCS` cookie, as on the site (google_search.md 2).
 */
export async function playConsent(request: StageRequest, reply: StageReply, page: Fixture): Promise<boolean> {
  if (request.host === 'consent.google.com' && request.path === '/save') {
    const fields = await request.form();
    reply.redirect(fields.get('continue') ?? 'https://www.google.com/', {
      status: 303,
      headers: {
        'set-cookie': `${CONSENT_COOKIE}=fixture; Domain=.google.com; Path=/; Secure; SameSite=None`,
      },
    });
    return true;
  }
  if (request.host === 'consent.google.com') {
    const target = request.url.searchParams.get('continue') ?? 'https://www.google.com/';
    reply.html(
      changedPage(fixturePage(page), [
        { do: 'set', at: 'input[name="continue"]', name: 'value', value: target },
      ]),
    );
    return true;
  }
  if (!isResultsRequest(request) || request.cookies[CONSENT_COOKIE] !== undefined) return false;
  const consent = new URL('https://consent.google.com/m');
  consent.searchParams.set('continue', request.url.href);
  consent.searchParams.set('gl', request.url.searchParams.get('gl') ?? 'DE');
  reply.redirect(consent.href);
  return true;
}

/** The consent dialog that lies over a results page; its buttons take it away. */
export const CONSENT_DIALOG = `<div id="CXQnmb" role="dialog" aria-modal="true" aria-label="Before you continue to Google Search"
 style="position:fixed;inset:0;background:rgba(0,0,0,.55);z-index:9"><div style="background:#fff;max-width:480px;margin:80px auto;padding:24px">
<h1>Before you continue to Google</h1><p>We use cookies and data to deliver and maintain Google services.</p>
<button id="W0wltc"><div>Reject all</div></button> <button id="L2AGLb"><div>Accept all</div></button></div></div>`;

/** Plays the redirect to the check page, which answers 429; true when it answered the request. */
export function playCheck(request: StageRequest, reply: StageReply, page: Fixture): boolean {
  if (request.path === '/sorry/index') {
    reply.html(fixturePage(page), { status: 429 });
    return true;
  }
  if (!isResultsRequest(request)) return false;
  const check = new URL('https://www.google.com/sorry/index');
  check.searchParams.set('continue', request.url.href);
  check.searchParams.set('q', 'EgTAAAICGFixtureTokenFixtureToken');
  reply.redirect(check.href);
  return true;
}
