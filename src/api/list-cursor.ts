import { z } from 'zod';
import type { ListPlace } from '../jobs/list.ts';
import { sha256Hex } from '../platform/identifiers.ts';

/** Milliseconds that a Date can hold on either side of 1970 (ECMA-262, *Time Values and Time Range*). */
const LAST_TIME = 8_640_000_000_000_000;

/** The seal needs no secret, so what stands behind it is checked like any input: Postgres takes no NUL in a text. */
const placeSchema = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.tuple([z.int().min(0).max(LAST_TIME), z.string().refine((id) => !id.includes('\0'))]));
const SEAL_LENGTH = 16;

/** Binds a cursor to its account; every query is bound to it anyway, this makes a foreign cursor an honest error. */
function sealOf(accountId: string, place: string): string {
  return sha256Hex(`cursor\n${accountId}\n${place}`).slice(0, SEAL_LENGTH);
}

/** A place in an account's list as an opaque text. */
export function formatCursor(accountId: string, place: ListPlace): string {
  const text = JSON.stringify([place.createdAt, place.id]);
  return Buffer.from(`${sealOf(accountId, text)}${text}`).toString('base64url');
}

/** The place of a cursor; undefined when this account was never given it. */
export function parseCursor(accountId: string, cursor: string): ListPlace | undefined {
  if (!/^[A-Za-z0-9_-]{1,200}$/.test(cursor)) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  const place = text.slice(SEAL_LENGTH);
  if (text.slice(0, SEAL_LENGTH) !== sealOf(accountId, place)) return undefined;
  const parsed = placeSchema.safeParse(place);
  if (!parsed.success) return undefined;
  const [createdAt, id] = parsed.data;
  return { createdAt, id };
}
