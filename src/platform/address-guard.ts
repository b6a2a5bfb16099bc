import { promises as dns, type LookupAddress } from 'node:dns';
import ipaddr from 'ipaddr.js';

/** Finds the addresses of a name. */
export type Resolver = (hostname: string) => Promise<LookupAddress[]>;

/** The system's own resolver, all answers. */
export const systemResolver: Resolver = (hostname) => dns.lookup(hostname, { all: true });

/**
 * `form`: not an absolute https URL (or http, where that is allowed) without credentials; `port`: not one we connect to; `address`: a literal or a
 * resolved address that is not public.
 */
export type Refusal = 'form' | 'port' | 'address';

export class AddressRefused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`refused by the address guard: ${refusal}`);
    this.name = 'AddressRefused';
    this.refusal = refusal;
  }
}

const MAX_URL_LENGTH = 2_048;
const PORTS = new Set(['', '80', '443', '8443']);
/** Global unicast: IANA has given out nothing else (RFC 4291 2.4, IPv6 address space registry, 2026-11). */
const IPV6_PUBLIC = ipaddr.parseCIDR('2000::/3');

/**
 * Whether anybody may be reached at an address: `unicast` for ipaddr.js, which knows the special registries, and for
 * IPv6 inside 2000::/3 (the library takes the IPv4-compatible `::7f00:1` for public; seen in 2.5.0).
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(IPV6_PUBLIC);
}

/**
 * Keeps webhooks and page captures away from everything that is not a public web server. `allow`: exceptions, `host:port`.
 * Webhooks take https only; `plainHttp` lets http through for pages, which are read and told nothing.
 */
export class AddressGuard {
  readonly #allow: ReadonlySet<string>;
  readonly #resolve: Resolver;
  readonly #plainHttp: boolean;

  constructor(
    allow: readonly string[],
    resolve: Resolver = systemResolver,
    options: { plainHttp?: boolean } = {},
  ) {
    this.#allow = new Set(allow.map((entry) => entry.toLowerCase()));
    this.#resolve = resolve;
    this.#plainHttp = options.plainHttp ?? false;
  }

  /** The URL when its text is acceptable: form, port, literal address. Throws AddressRefused; asks no resolver. */
  checkText(text: string): URL {
    if (text.length > MAX_URL_LENGTH || !URL.canParse(text)) throw new AddressRefused('form');
    const url = new URL(text);
    if (url.username !== '' || url.password !== '') throw new AddressRefused('form');
    if (this.isException(url)) return url;
    if (url.protocol !== 'https:' && !(this.#plainHttp && url.protocol === 'http:'))
      throw new AddressRefused('form');
    if (!PORTS.has(url.port)) throw new AddressRefused('port');
    const literal = literalOf(url.hostname);
    if (literal !== undefined && !isPublicAddress(literal)) throw new AddressRefused('address');
    return url;
  }

  /** True for the `host:port` pairs an operator allowed by name. */
  isException(url: URL): boolean {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
    const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
    return this.#allow.has(`${url.hostname.toLowerCase()}:${port}`);
  }

  /**
   * Addresses of a host, all of them public; one that is not refuses the whole name (an attacker's answer may carry
   * both). Rejects with AddressRefused, or with the resolver's error.
   */
  async addresses(url: URL): Promise<LookupAddress[]> {
    const literal = literalOf(url.hostname);
    const found =
      literal === undefined
        ? await this.#resolve(url.hostname)
        : [{ address: literal, family: literal.includes(':') ? 6 : 4 }];
    if (!this.isException(url) && found.some(({ address }) => !isPublicAddress(address)))
      throw new AddressRefused('address');
    return found;
  }
}

/** The address when a URL's host is one; `new URL` has already folded `2130706433`, `0x7f.1` and full-width digits. */
function literalOf(hostname: string): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return ipaddr.isValid(bare) ? bare : undefined;
}
