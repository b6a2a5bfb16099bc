import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Outcome } from '../contract/outcome.ts';
import { type SurfaceName, surfaceNameSchema } from '../contract/surface-name.ts';
import type { Sql } from '../platform/database.ts';
import type { ProfileCipher } from './profile-cipher.ts';

/** Playwright's storage state (cookies and local storage), as `context.storageState()` writes it. */
export const storageStateSchema = z.object({
  cookies: z.array(
    z.object({
      name: z.string(),
      value: z.string(),
      domain: z.string(),
      path: z.string(),
      expires: z.number(),
      httpOnly: z.boolean(),
      secure: z.boolean(),
      sameSite: z.enum(['Strict', 'Lax', 'None']),
    }),
  ),
  origins: z.array(
    z.object({
      origin: z.string(),
      localStorage: z.array(z.object({ name: z.string(), value: z.string() })),
    }),
  ),
});

export type StorageState = z.infer<typeof storageStateSchema>;

/** A profile without its contents. */
const profileInfoSchema = z.object({
  id: z.string(),
  surface: surfaceNameSchema,
  label: z.string(),
  status: z.enum(['ready', 'stale']),
  leased: z.boolean(),
  createdAt: z.date(),
  usedAt: z.date().nullable(),
});

export type ProfileInfo = z.infer<typeof profileInfoSchema>;

/** A profile in the hands of one capture, and of no other. */
export interface LeasedProfile {
  id: string;
  label: string;
  state: StorageState;
  /** Values that must not appear in stored artefacts. */
  secrets: string[];
}

/** Shorter values are words and flags, not secrets; removing them would tear the page apart. */
const SECRET_LENGTH = 12;

/** Cookie and storage values that are worth hiding: long ones. Pure. */
export function secretsOf(state: StorageState): string[] {
  const values = [
    ...state.cookies.map(({ value }) => value),
    ...state.origins.flatMap(({ localStorage }) => localStorage.map(({ value }) => value)),
  ];
  return [...new Set(values)].filter((value) => value.length >= SECRET_LENGTH);
}

/** The signed-in profiles of the installation: encrypted rows, leased to one capture at a time. */
export class Profiles {
  readonly #sql: Sql;
  readonly #cipher: ProfileCipher;

  constructor(sql: Sql, cipher: ProfileCipher) {
    this.#sql = sql;
    this.#cipher = cipher;
  }

  /** Adds a profile, or replaces the one of that label (which makes a stale one ready again). */
  async add(surface: SurfaceName, label: string, state: StorageState, now: number): Promise<void> {
    await this.#sql.query(
      `INSERT INTO fleet.profile (id, surface, label, state, created_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (surface, label) DO UPDATE SET state = excluded.state, status = 'ready', created_at = excluded.created_at`,
      [randomUUID(), surface, label, this.#cipher.seal(JSON.stringify(state)), new Date(now)],
    );
  }

  async list(now: number): Promise<ProfileInfo[]> {
    const { rows } = await this.#sql.query(
      `SELECT id, surface, label, status, coalesce(leased_until > $1, false) AS leased, created_at AS "createdAt",
         used_at AS "usedAt" FROM fleet.profile ORDER BY surface, label`,
      [new Date(now)],
    );
    return z.array(profileInfoSchema).parse(rows);
  }

  /** Removes a profile; false when there is none of that label. */
  async remove(surface: SurfaceName, label: string): Promise<boolean> {
    const { rowCount } = await this.#sql.query(
      'DELETE FROM fleet.profile WHERE surface = $1 AND label = $2',
      [surface, label],
    );
    return rowCount === 1;
  }

  /**
   * Takes the ready profile of this surface that rested longest, for `by` and for at most `ms`. `none`: the surface
   * has no ready profile; `busy`: all of them are in use.
   */
  async lease(
    surface: SurfaceName,
    by: string,
    now: number,
    ms: number,
  ): Promise<LeasedProfile | 'none' | 'busy'> {
    const { rows } = await this.#sql.query(
      `UPDATE fleet.profile SET leased_by = $2, leased_until = $4, used_at = $3 WHERE id = (
         SELECT id FROM fleet.profile
         WHERE surface = $1 AND status = 'ready' AND (leased_until IS NULL OR leased_until < $3)
         ORDER BY used_at NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING id, label, state`,
      [surface, by, new Date(now), new Date(now + ms)],
    );
    const row = z
      .object({ id: z.string(), label: z.string(), state: z.instanceof(Buffer) })
      .optional()
      .parse(rows[0]);
    if (row === undefined) {
      const ready = await this.#sql.query(
        `SELECT 1 FROM fleet.profile WHERE surface = $1 AND status = 'ready' LIMIT 1`,
        [surface],
      );
      return ready.rowCount === 0 ? 'none' : 'busy';
    }
    const state = storageStateSchema.parse(JSON.parse(this.#cipher.open(row.state)));
    return { id: row.id, label: row.label, state, secrets: secretsOf(state) };
  }

  /**
   * Gives a profile back. A login wall marks it stale: the session is over, and only the operator can renew it. A new
   * state (rotated tokens) replaces the old one. Changes nothing when somebody else holds it by now.
   */
  async giveBack(
    profile: LeasedProfile,
    by: string,
    end: { outcome: Outcome; state: StorageState | null },
  ): Promise<void> {
    const sealed = end.state === null ? null : this.#cipher.seal(JSON.stringify(end.state));
    await this.#sql.query(
      `UPDATE fleet.profile SET leased_by = NULL, leased_until = NULL, state = coalesce($3, state),
         status = CASE WHEN $4 THEN 'stale' ELSE status END
       WHERE id = $1 AND leased_by = $2`,
      [profile.id, by, sealed, end.outcome === 'login_wall'],
    );
  }
}
