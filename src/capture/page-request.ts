import type { Readable } from 'node:stream';
import { errors } from 'undici';
import type { PageEndCode } from '../contract/page-outcome.ts';
import { type AddressGuard, AddressRefused } from '../platform/address-guard.ts';
import { errorCode } from '../platform/database-error.ts';
import { type Deadline, DeadlineError } from '../platform/deadline.ts';
import { guardedAgent } from '../platform/guarded-agent.ts';
import { BodyTooLarge } from './bounded-body.ts';
import type { HostPacer } from './host-pacer.ts';

/** The name our agent has in robots.txt. */
export const AGENT = 'CaptureFleet';
const USER_AGENT = `Mozilla/5.0 (compatible; ${AGENT}/0.1; page score; honours robots.txt)`;
const CONNECT_MS = 10_000;

/** What a page is fetched with. */
export interface FetchMeans {
  guard: AddressGuard;
  pacer: HostPacer;
  deadline: Deadline;
}

export interface PageResponse {
  status: number;
  headers: Record<string, string>;
  body: Readable;
}

/** Ends a capture with a code of the catalogue. */
export class PageEnd extends Error {
  readonly code: PageEndCode;
  readonly detail: string | undefined;

  constructor(code: PageEndCode, detail?: string) {
    super(code);
    this.name = 'PageEnd';
    this.code = code;
    this.detail = detail;
  }
}

/**
 * One GET, no redirect followed, connected to the addresses the guard passed and nowhere else. `use` reads the answer;
 * then the connection is gone. Throws PageEnd.
 */
export async function getOnce<T>(
  url: string,
  means: FetchMeans,
  accept: string,
  use: (response: PageResponse) => Promise<T>,
): Promise<T> {
  const { guard, pacer, deadline } = means;
  try {
    const target = guard.checkText(url);
    await pacer.turn(target.host, deadline);
    const agent = guardedAgent(target, guard, {
      connectMs: CONNECT_MS,
      totalMs: Math.ceil(deadline.remainingMs()) + 1_000,
    });
    try {
      return await deadline.run('page fetch', async () => {
        const answer = await agent.request({
          origin: target.origin,
          path: `${target.pathname}${target.search}`,
          method: 'GET',
          headers: {
            'user-agent': USER_AGENT,
            accept,
            'accept-encoding': 'gzip, br',
            'accept-language': 'en,*;q=0.5',
          },
        });
        answer.body.on('error', () => undefined); // Whoever reads gets it; after the end nobody does.
        return use({ status: answer.statusCode, headers: flat(answer.headers), body: answer.body });
      });
    } finally {
      void agent.destroy().catch(() => undefined);
    }
  } catch (error) {
    throw pageEndOf(error);
  }
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

const TLS_CODE = /^(?:EPROTO|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/;

/** The end that an error of guard, network or deadline means; anything else is rethrown, it is ours. */
export function pageEndOf(error: unknown): PageEnd {
  if (error instanceof PageEnd) return error;
  if (error instanceof AddressRefused)
    return new PageEnd(
      ({ form: 'url_invalid', port: 'port_refused', address: 'private_address' } as const)[error.refusal],
    );
  if (error instanceof BodyTooLarge) return new PageEnd('too_large');
  if (error instanceof DeadlineError) return new PageEnd('timeout');
  if (error instanceof AggregateError && error.errors.length > 0) return pageEndOf(error.errors[0]);
  const code = errorCode(error) ?? '';
  if (code === 'UND_ERR_INVALID_ARG') throw error;
  if (/^(?:ENOTFOUND|EAI_|ENODATA)/.test(code)) return new PageEnd('unresolved');
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return new PageEnd('connection_failed', 'no answer to the connection');
  if (/TIMEOUT/.test(code)) return new PageEnd('timeout');
  if (TLS_CODE.test(code)) return new PageEnd('tls_failed', code);
  if (/^Z_|^ERR_/.test(code)) return new PageEnd('connection_failed', 'the body does not unpack');
  if (error instanceof errors.HTTPParserError || /^(?:UND_ERR_|E[A-Z]{3,}|HPE_)/.test(code))
    return new PageEnd('connection_failed', code === '' ? undefined : code);
  throw error;
}
