import type { DraftSource } from '../../src/contract/extraction.ts';
import { domainOf, isWebUrl, unwrapUrl } from '../../src/extract/urls.ts';

/** What the page displays of a source whose link may be opaque. */
export interface LinkEvidence {
  favicon?: string | null | undefined;
  origin?: string | null | undefined;
  publisher?: string | null | undefined;
}

export type ResolvedLink = Pick<DraftSource, 'url' | 'wrappedUrl' | 'domain'>;

const GOOGLE = 'https://www.google.com/';

/**
 * The destination of a source, from all the addresses known of it in order of trust. Since mid-2026 Google's links are
 * mostly opaque (`/goto?url=CAES…`, google_search.md 6): then `url` is null, `wrappedUrl` keeps the link, and the
 * domain comes from what is displayed: the site's origin, its favicon, or a publisher that is a host name.
 */
export function resolveLink(
  addresses: readonly (string | null | undefined)[],
  evidence: LinkEvidence,
): ResolvedLink {
  let wrappedUrl: string | undefined;
  for (const address of addresses) {
    if (address === null || address === undefined || address === '') continue;
    const unwrapped = unwrapUrl(address, GOOGLE);
    if (unwrapped.url !== null) return { url: unwrapped.url };
    wrappedUrl ??= unwrapped.wrappedUrl;
  }
  const domain = evidencedDomain(evidence);
  return { url: null, domain, ...(wrappedUrl === undefined ? {} : { wrappedUrl }) };
}

function evidencedDomain({ origin, favicon, publisher }: LinkEvidence): string | null {
  if (origin && isWebUrl(origin)) return domainOf(origin) ?? null;
  const site = favicon ? faviconSite(favicon) : undefined;
  if (site !== undefined) return site;
  const host = publisher?.trim().toLowerCase() ?? '';
  return /^(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}$/u.test(host) ? host.replace(/^www\./, '') : null;
}

/** The site a favicon was asked for: `…/faviconV2?url=https://example.org&…`. */
function faviconSite(favicon: string): string | undefined {
  if (!URL.canParse(favicon)) return undefined;
  const { searchParams } = new URL(favicon);
  const site = searchParams.get('url') ?? searchParams.get('domain') ?? searchParams.get('domain_url');
  if (site === null) return undefined;
  return domainOf(/^https?:/.test(site) ? site : `https://${site}`);
}
