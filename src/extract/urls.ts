const TRACKING = /^(?:utm_[a-z_]+|gclid|fbclid|msclkid|yclid|mc_cid|mc_eid|igshid|srsltid|oppref|olref)$/i;

function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

/** True for an absolute http or https URL. */
export function isWebUrl(url: string): boolean {
  const parsed = parse(url);
  return parsed !== undefined && (parsed.protocol === 'https:' || parsed.protocol === 'http:');
}

/**
 * The URL without what does not change the document: tracking parameters, text fragments (`#:~:text=`), an empty
 * query. Undefined for anything but http(s).
 */
export function canonicalUrl(url: string): string | undefined {
  const parsed = parse(url);
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) return undefined;
  for (const name of [...parsed.searchParams.keys()])
    if (TRACKING.test(name)) parsed.searchParams.delete(name);
  const hash = parsed.hash.replace(/:~:.*$/, '');
  parsed.hash = hash === '#' ? '' : hash;
  return parsed.href.replace(/\?$/, '');
}

/** Host without a leading `www.`, in lower case; undefined for anything but http(s). */
export function domainOf(url: string): string | undefined {
  const parsed = parse(url);
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) return undefined;
  return parsed.hostname.replace(/^www\./, '');
}

/** A link as shown, resolved as far as that needs no request. */
export interface UnwrappedUrl {
  url: string | null;
  wrappedUrl?: string;
}

/**
 * Unwraps redirects whose target stands in the link itself: Google's `/url?q=`, `translate.google.com?u=` and
 * `*.translate.goog` (google_search.md 6, google_ai_overview.md 4.2, seen 2026-06). Google's `/goto?url=CAES…` is
 * opaque (seen since 2026-03): `url` is null and `wrappedUrl` keeps the link. `base` resolves relative links.
 */
export function unwrapUrl(href: string, base?: string): UnwrappedUrl {
  const absolute = base !== undefined && URL.canParse(href, base) ? new URL(href, base) : parse(href);
  if (absolute === undefined || !/^https?:$/.test(absolute.protocol)) return { url: null };
  const google = /(^|\.)google\.[a-z.]+$/.test(absolute.hostname);
  if (google && absolute.pathname === '/goto') return { url: null, wrappedUrl: absolute.href };
  if (google && absolute.pathname === '/url') {
    const target = absolute.searchParams.get('q') ?? absolute.searchParams.get('url');
    if (target !== null && isWebUrl(target)) return { url: target };
    return { url: null, wrappedUrl: absolute.href };
  }
  if (absolute.hostname === 'translate.google.com') {
    const target = absolute.searchParams.get('u');
    if (target !== null && isWebUrl(target)) return { url: target };
  }
  return { url: absolute.href };
}
