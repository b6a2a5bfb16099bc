import type { LookupAddress } from 'node:dns';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  AddressGuard,
  AddressRefused,
  isPublicAddress,
  type Resolver,
} from '../../../src/platform/address-guard.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { post } from '../../../src/webhooks/post.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const PUBLIC: LookupAddress = { address: '93.184.216.34', family: 4 };
const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };

/** What the names of these tests resolve to; the port of a URL is the listener's. */
const NAMES: Readonly<Record<string, LookupAddress[]>> = {
  'private.example': [LOOPBACK],
  'mixed.example': [PUBLIC, LOOPBACK],
  'mixed-reversed.example': [LOOPBACK, PUBLIC],
  'v6.example': [{ address: '::1', family: 6 }],
  'mapped.example': [{ address: '::ffff:127.0.0.1', family: 6 }],
  'compatible.example': [{ address: '::7f00:1', family: 6 }],
  'unspecified.example': [{ address: '0.0.0.0', family: 4 }],
  'nat64.example': [{ address: '64:ff9b::7f00:1', family: 6 }],
  'ten.example': [{ address: '10.0.0.1', family: 4 }],
  'metadata.example': [{ address: '169.254.169.254', family: 4 }],
  'cgnat.example': [{ address: '100.64.0.1', family: 4 }],
  'ula.example': [{ address: 'fd00::1', family: 6 }],
};

/** Spellings of places that must not be reached; PORT stands for the listener's port. */
const SPELLINGS = [
  'http://127.0.0.1:PORT/',
  'https://127.0.0.1:PORT/',
  'https://127.0.0.1/',
  'https://127.1:PORT/',
  'https://127.1/',
  'https://127.0.1/',
  'https://2130706433/',
  'https://2130706433:PORT/',
  'https://0x7f000001/',
  'https://0x7f.1/',
  'https://0x7f.0.0.1/',
  'https://0177.0.0.1/',
  'https://0177.1/',
  'https://017700000001/',
  'https://0/',
  'https://0.0.0.0/',
  'https://0.0.0.0:PORT/',
  'https://127.255.255.254/',
  'https://127.0.0.1./',
  'https://１２７.０.０.１/',
  'https://127。0。0。1/',
  'https://①②⑦.⓪.⓪.①/',
  'https://[::]/',
  'https://[::1]/',
  'https://[::1]:PORT/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::ffff:7f00:1]:PORT/',
  'https://[::127.0.0.1]/',
  'https://[::7f00:1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[64:ff9b:1::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[2001:0:7f00:1::]/',
  'https://[fd00::1]/',
  'https://[fe80::1]/',
  'https://[fec0::1]/',
  'https://[ff02::1]/',
  'https://[2001:db8::1]/',
  'https://[5f00::1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://10.0.0.1/',
  'https://172.16.0.1/',
  'https://192.168.1.1/',
  'https://100.64.0.1/',
  'https://192.0.0.1/',
  'https://198.18.0.1/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'https://localhost/',
  'https://localhost./',
  'https://LOCALHOST:8443/',
  'https://user:password@example.com/',
  'https://127.0.0.1:PORT@example.com/',
  'gopher://127.0.0.1:PORT/_POST',
  'file:///etc/passwd',
  'ftp://127.0.0.1:PORT/',
  'data:text/plain,x',
  'https://93.184.216.34:5432/',
  'https://93.184.216.34:PORT/',
  ...Object.keys(NAMES).map((name) => `https://${name}:8443/`),
];

let listener: Receiver;
beforeAll(async () => {
  listener = await startReceiver();
});
afterAll(() => listener?.close());
beforeEach(() => {
  listener.connections = 0;
});

const resolver: Resolver = async (hostname) =>
  NAMES[hostname] ?? (/^localhost\.?$/.test(hostname) ? [LOOPBACK] : [PUBLIC]);

/** Refused by its text, or by its addresses. */
async function refusedAtSubmit(guard: AddressGuard, url: string): Promise<boolean> {
  try {
    await guard.addresses(guard.checkText(url));
    return false;
  } catch (error) {
    return error instanceof AddressRefused;
  }
}

const send = (guard: AddressGuard, url: string) =>
  post(url, {}, Buffer.from('{}'), { guard, clock: systemClock, limits: { connectMs: 500, totalMs: 1_000 } });

describe('places that webhooks must not reach', () => {
  it(`are refused in all ${SPELLINGS.length} spellings, at submit and at every attempt, with no connection made`, async () => {
    const guard = new AddressGuard([], resolver);
    const port = listener.hostPort.split(':')[1] ?? '';
    let refused = 0;
    for (const spelling of SPELLINGS) {
      const url = spelling.replace('PORT', port);
      expect(await refusedAtSubmit(guard, url), url).toBe(true);
      const attempt = await send(guard, url);
      expect(attempt, url).toMatchObject({ result: 'refused_address', status: null, answer: null });
      refused++;
    }
    expect(listener.connections).toBe(0);
    process.stdout.write(
      `situation 9: ${refused} of ${SPELLINGS.length} spellings refused twice, 0 connections\n`,
    );
  });

  it('stay out of reach when a name flips after the check', async () => {
    let asked = 0;
    const flipping = new AddressGuard([], async () => (asked++ === 0 ? [PUBLIC] : [LOOPBACK]));
    const url = 'https://rebinding.example:8443/';
    expect(await refusedAtSubmit(flipping, url)).toBe(false);
    expect((await send(flipping, url)).result).toBe('refused_address');
    expect(listener.connections).toBe(0);
  });

  it('stay out of reach when an allowed receiver redirects to them', async () => {
    const redirecting = await startReceiver((_received, response) => {
      response.writeHead(302, { location: `${listener.url}/inside` }).end();
    });
    const attempt = await send(new AddressGuard([redirecting.hostPort]), redirecting.url);
    await redirecting.close();
    expect(attempt).toMatchObject({ result: 'redirected', status: 302 });
    expect(listener.connections).toBe(0);
  });

  it('are opened one by one by FLEET_WEBHOOK_ALLOW, host and port together', async () => {
    const guard = new AddressGuard([listener.hostPort]);
    expect((await send(guard, `${listener.url}/x`)).result).toBe('acknowledged');
    expect(await refusedAtSubmit(guard, 'http://127.0.0.1:1/')).toBe(true);
    expect(await refusedAtSubmit(guard, `http://localhost:${listener.hostPort.split(':')[1]}/`)).toBe(true);
  });
});

describe('a public address', () => {
  it.each(['8.8.8.8', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001::1'])('%s is one', (address) =>
    expect(isPublicAddress(address)).toBe(true),
  );
  it.each(['', 'localhost', '::7f00:1', '4000::1', '::ffff:10.0.0.1', '192.88.99.1', '203.0.113.9'])(
    '%j is none',
    (address) => expect(isPublicAddress(address)).toBe(false),
  );
});
