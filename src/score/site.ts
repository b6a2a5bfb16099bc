import { getDomain } from 'tldts';

/** The registrable domain of an address (`github.io` and the like count as registries); the host where it has none. */
export function siteOf(url: string, base?: string | null): string | null {
  const parsed = absolute(url, base);
  if (parsed === null) return null;
  return getDomain(parsed.hostname, { allowPrivateDomains: true }) ?? parsed.hostname;
}

/** The address an href leads to; null when that is no http(s) address. */
export function absolute(href: string, base?: string | null): URL | null {
  const text = href.trim().slice(0, 2_048);
  const parsed = URL.parse(text, base ?? undefined);
  return parsed !== null && /^https?:$/.test(parsed.protocol) ? parsed : null;
}

export interface CheckedSite {
  /** Null when there is nothing to compare. */
  same: boolean | null;
  host: string;
}

/** Whether a link of the page stays on the page's site. */
export function sameSite(href: string | null, pageUrl: string | null): CheckedSite {
  const target = href === null ? null : absolute(href, pageUrl);
  if (target === null || pageUrl === null) return { same: null, host: target?.hostname ?? '' };
  return { same: siteOf(target.href) === siteOf(pageUrl), host: target.hostname };
}
