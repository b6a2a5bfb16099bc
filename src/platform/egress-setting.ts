import type { z } from 'zod';
import { isCountryCode } from '../contract/region.ts';

/** A proxy that captures of one country leave through. */
export interface Egress {
  /** `http://host:port` or `socks5://host:port`; never credentials. */
  server: string;
  username?: string;
  password?: string;
}

const FORM = 'COUNTRY=http://[user:password@]host:port (or https, or socks5 without a password)';

/** Reads `DE=http://user:password@host:8080,US=socks5://host:1080`. Refuses what no browser could leave through. */
export function parseEgress(text: string, context: z.RefinementCtx): Record<string, Egress> {
  const entries = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const [, country = '', address = ''] = /^([A-Za-z]{2})=(.+)$/.exec(entry) ?? [];
      const egress = egressAt(address);
      if (isCountryCode(country.toUpperCase()) && typeof egress === 'object')
        return [[country.toUpperCase(), egress] as const];
      const why = typeof egress === 'string' ? egress : `is not ${FORM}`;
      const message = `${JSON.stringify(entry.replace(/:[^:@/]*@/, ':***@'))} ${why}`;
      context.addIssue({ code: 'custom', message });
      return [];
    }),
  );
}

/** The proxy at an address; a string says what is wrong with one of the right form. */
function egressAt(address: string): Egress | string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.hostname === '' || !/^(https?|socks5):$/.test(url.protocol)) return undefined;
  const server = `${url.protocol}//${url.host}`;
  const { username, password } = url;
  if (username === '' && password === '') return { server };
  // Chromium has no SOCKS5 authentication, and Playwright 1.65 refuses such a context (2026-11).
  if (url.protocol === 'socks5:')
    return 'needs a login, which browsers cannot give to a socks5 proxy: use http, or one that lets this address in';
  const [user, secret] = [decoded(username), decoded(password)];
  if (user === undefined || secret === undefined) return 'holds a % that begins no escape: write it %25';
  return {
    server,
    ...(user === '' ? {} : { username: user }),
    ...(secret === '' ? {} : { password: secret }),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
