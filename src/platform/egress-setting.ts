import type { z } from 'zod';
import { isCountryCode } from '../contract/region.ts';

/** A proxy that captures of one country leave through. */
export interface Egress {
  /** `http://host:port` or `socks5://host:port`. */
  server: string;
  username?: string;
  password?: string;
}

/** Reads `DE=http://user:password@host:8080,US=socks5://host:1080`. */
export function parseEgress(text: string, context: z.RefinementCtx): Record<string, Egress> {
  const entries = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const [, country, address] = /^([A-Za-z]{2})=(.+)$/.exec(entry) ?? [];
      const url = address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
      if (
        country === undefined ||
        !isCountryCode(country.toUpperCase()) ||
        !url ||
        !/^(https?|socks5):$/.test(url.protocol)
      ) {
        const message = `${JSON.stringify(entry.replace(/:[^:@/]*@/, ':***@'))} is not COUNTRY=http://[user:password@]host:port (or https, socks5)`;
        context.addIssue({ code: 'custom', message });
        return [];
      }
      const { username, password } = url;
      const egress: Egress = {
        server: `${url.protocol}//${url.host}`,
        ...(username === '' ? {} : { username: decodeURIComponent(username) }),
        ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      };
      return [[country.toUpperCase(), egress] as const];
    }),
  );
}
