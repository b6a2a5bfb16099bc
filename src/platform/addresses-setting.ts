import { isIP } from 'node:net';
import type { z } from 'zod';

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '');
}

/** Reads `localhost:9000,[::1]:9000`: hosts as a URL writes them, each with its port. */
export function parseHostPorts(text: string, context: z.RefinementCtx): string[] {
  const entries = listOf(text);
  for (const entry of entries) {
    const [, port] = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\]):(\d{1,5})$/.exec(entry) ?? [];
    if (port === undefined || Number(port) < 1 || Number(port) > 65_535)
      context.addIssue({ code: 'custom', message: `${JSON.stringify(entry)} is not host:port` });
  }
  return entries;
}

/** Reads `10.0.0.0/8,127.0.0.1,fd00::/8`: addresses and networks. */
export function parseNetworks(text: string, context: z.RefinementCtx): string[] {
  const entries = listOf(text);
  for (const entry of entries) {
    const [address = '', bits, ...more] = entry.split('/');
    const longest = isIP(address) === 4 ? 32 : 128;
    const isNetwork = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
    if (isIP(address) === 0 || !isNetwork || more.length > 0)
      context.addIssue({ code: 'custom', message: `${JSON.stringify(entry)} is no address and no network` });
  }
  return entries;
}
