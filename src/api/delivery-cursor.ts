import { z } from 'zod';
import type { DeliveryCursor } from '../webhooks/delivery-log.ts';

const parts = z.tuple([z.int(), z.string().regex(/^dlv_[a-z0-9]{26}$/)]);

/** Opaque text of the place where a page of deliveries ended. */
export function cursorText({ createdAt, id }: DeliveryCursor): string {
  return Buffer.from(JSON.stringify([createdAt.getTime(), id])).toString('base64url');
}

/** Reads it back; undefined when it is not one of ours. */
export function parseCursor(text: string): DeliveryCursor | undefined {
  try {
    const [at, id] = parts.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    const createdAt = new Date(at);
    return Number.isNaN(createdAt.getTime()) ? undefined : { createdAt, id };
  } catch {
    // Not base64, not JSON, not our shape: whoever asked is told that the cursor is not valid.
    return undefined;
  }
}
