import { isWebUrl } from '../../src/extract/urls.ts';

/** How the publisher's address of a story was found. */
export type UrlResolution = 'jslog' | 'token' | 'none';

/** A story's link of news.google.com, resolved as far as that needs no request (google_news.md 5). */
export interface AppLink {
  token: string;
  /** Google's redirect. */
  wrappedUrl: string;
  url: string | null;
  resolution: UrlResolution;
}

/** Reads a story's link; undefined for other links. */
export function readAppLink(href: string, jslog: string | undefined): AppLink | undefined {
  const token = /(?:^|\/)(?:read|articles)\/([\w-]{8,})/.exec(href)?.[1];
  if (token === undefined) return undefined;
  const wrappedUrl = new URL(href, 'https://news.google.com/').href;
  const logged = jslog === undefined ? undefined : urlOfJslog(jslog);
  if (logged !== undefined) return { token, wrappedUrl, url: logged, resolution: 'jslog' };
  const decoded = urlOfToken(token);
  return decoded === undefined
    ? { token, wrappedUrl, url: null, resolution: 'none' }
    : { token, wrappedUrl, url: decoded, resolution: 'token' };
}

/**
 * `95014; 5:<base64 of a JSON array>; track:click,vis`: the array's last web address is the publisher's (2026-04); the
 * earlier form names it outright, `2:<url>;`.
 */
function urlOfJslog(jslog: string): string | undefined {
  const plain = /(?:^|;\s*)2:(https?:\/\/[^;\s]+)/.exec(jslog)?.[1];
  if (plain !== undefined && isWebUrl(plain)) return plain;
  const encoded = /(?:^|;\s*)5:([\w+/=-]+)/.exec(jslog)?.[1];
  const bytes = encoded === undefined ? undefined : bytesOf(encoded);
  if (bytes === undefined) return undefined;
  const addresses = new TextDecoder().decode(bytes).match(/"https?:\/\/(?:[^"\\]|\\.)+"/g) ?? [];
  return addresses.map(unquoted).findLast((address) => address !== undefined && isWebUrl(address));
}

/** Undoes JSON's escapes; undefined where the text is not valid JSON. */
function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined; // A cut payload: the address cannot be trusted.
  }
}

/** Tokens until mid-2024 carry the address in clear after a prefix; newer ones are opaque. */
function urlOfToken(token: string): string | undefined {
  const bytes = bytesOf(token);
  if (bytes === undefined) return undefined;
  const text = String.fromCharCode(...bytes);
  const address = /https?:\/\/[\x21-\x7e]+/.exec(text)?.[0];
  return address !== undefined && isWebUrl(address) ? address : undefined;
}

function bytesOf(base64: string): Uint8Array | undefined {
  const plain = base64.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  if (plain.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(plain), (letter) => letter.charCodeAt(0));
}
