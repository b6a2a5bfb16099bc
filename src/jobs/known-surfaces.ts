import { z } from 'zod';
import { FLEET_SURFACES } from '../contract/surface-name.ts';

const surfaceOf = z.object({ surface: z.string() });
const KNOWN: ReadonlySet<string> = new Set(FLEET_SURFACES);

/**
 * Reads rows that have a `surface`, without those of surfaces this version does not know: a newer version that works on the
 * same database may have brought them. They are its business, and must keep this one from nothing.
 */
export function rowsOfKnownSurfaces<T>(row: z.ZodType<T>, rows: readonly unknown[]): T[] {
  return z.array(row).parse(rows.filter((one) => KNOWN.has(surfaceOf.parse(one).surface)));
}
