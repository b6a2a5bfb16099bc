import { getDomain } from 'tldts';
import type { BrandBook } from '../contract/brand-book.ts';
import { remembered } from './remembered.ts';

/** Names under a private suffix belong to different people: `a.github.io` is not `b.github.io`. */
const SUFFIXES = { allowPrivateDomains: true };

/**
 * The registrable domain of a host or URL, lower case, IDNs in their ASCII form; null for addresses, single labels and
 * bare public suffixes (`co.uk`, `github.io`).
 */
export const registrableDomain: (hostOrUrl: string) => string | null = remembered((hostOrUrl) => {
  const host = hostOf(hostOrUrl);
  return host === null ? null : getDomain(host, SUFFIXES);
});

function hostOf(hostOrUrl: string): string | null {
  const url = parsed(hostOrUrl);
  return url === null ? null : url.hostname.replace(/\.$/, '');
}

function parsed(hostOrUrl: string): URL | null {
  const text = hostOrUrl.trim();
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text.replace(/^\/\//, '')}`;
  if (!URL.canParse(absolute)) return null;
  const url = new URL(absolute);
  return url.hostname === '' ? null : url;
}

/** One listed place of a brand. */
interface OwnedPlace {
  brandId: string;
  host: string;
  /** '' when the whole host is listed; else `/@acme`, lower case. */
  path: string;
  /** A public suffix, address or single label: what lies below it belongs to others. */
  alone: boolean;
}

function ownedPlace(brandId: string, listed: string): OwnedPlace | null {
  const url = parsed(listed);
  if (url === null) return null;
  const host = url.hostname.replace(/\.$/, '').replace(/^www\./, '');
  return { brandId, host, path: plainPath(url), alone: getDomain(host, SUFFIXES) === null };
}

/** The path without its last slash, decoded and in lower case: accounts are named without regard to case. */
function plainPath(url: URL): string {
  const path = url.pathname.replace(/\/+$/, '');
  try {
    return decodeURIComponent(path).toLowerCase();
  } catch {
    return path.toLowerCase();
  }
}

function owns(place: OwnedPlace, host: string, path: string): boolean {
  const inHost = host === place.host || (!place.alone && host.endsWith(`.${place.host}`));
  return inHost && (path === place.path || path.startsWith(`${place.path}/`));
}

/**
 * Whose URL it is. The host must equal a listed domain or lie below it, and a listed path must begin the URL's path;
 * the longest listing wins, the earlier brand among equals. A look-alike (`acme.com.evil.net`, `notacme.com`) is
 * nobody's. `url` may be a bare host.
 */
export function brandDomains(book: BrandBook): (url: string) => string | null {
  const places = book.brands
    .flatMap((brand) => brand.domains.map((listed) => ownedPlace(brand.id, listed)))
    .filter((place) => place !== null)
    .sort((a, b) => b.path.length - a.path.length || b.host.length - a.host.length);
  return remembered((text) => {
    const url = parsed(text);
    if (url === null || !/^https?:$/.test(url.protocol)) return null;
    const host = url.hostname.replace(/\.$/, '').replace(/^www\./, '');
    const path = plainPath(url);
    return places.find((place) => owns(place, host, path))?.brandId ?? null;
  });
}
