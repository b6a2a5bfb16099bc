import { z } from 'zod';
import { isCountryCode } from '../contract/region.ts';
import { FLEET_SURFACES, type FleetSurface, PAGE_SURFACE } from '../contract/surface-name.ts';

/** Hours of the day in which nothing is captured: minutes after midnight in `zone`, half-open, past midnight allowed. */
export interface QuietHours {
  fromMinute: number;
  toMinute: number;
  /** IANA name. */
  zone: string;
}

/** How gently one lane (a surface through an egress) is used, by all workers together. */
export interface LaneSettings {
  /** Captures that start per minute at most. */
  perMinute: number;
  /** Captures under way at most. */
  atOnce: number;
  /** Pauses between starts are longer by up to this share, at random; never shorter. */
  jitter: number;
  quiet: QuietHours | null;
  /** First pause after a challenge, throttling or too many errors; each further one is twice as long. */
  coolDownMs: number;
  maxCoolDownMs: number;
}

/** The pace of one attentive person, and no hurry to come back where we are not wanted. */
export const POLITE: LaneSettings = {
  perMinute: 6,
  atOnce: 2,
  jitter: 0.3,
  quiet: null,
  coolDownMs: 5 * 60_000,
  maxCoolDownMs: 4 * 3_600_000,
};

/**
 * Pages lie on as many hosts as there are pages: the pause between two requests to one host is the capturer's (2 s), and
 * the lane only keeps a fleet from fetching in bursts.
 */
const PAGES: LaneSettings = { ...POLITE, perMinute: 120, atOnce: 8, jitter: 0 };

/** What was set, by scope: `live`, `stage`, `chatgpt`, `chatgpt/DE`; `off` is a lane without any limit or breaker. */
export type LanesSetting = Readonly<Record<string, Partial<LaneSettings> | 'off'>>;

/** Name of the lane that leaves without a proxy. */
export const DIRECT = 'direct';
/** Name of the lane that leads to the stage. */
export const STAGE = 'stage';

/**
 * What holds for a lane; null: nothing does. Live lanes are polite unless told otherwise, those of the stage free;
 * the narrower scope wins, setting by setting. Pure.
 */
export function laneSettings(
  setting: LanesSetting,
  surface: FleetSurface,
  egress: string,
): LaneSettings | null {
  const scopes = egress === STAGE ? [STAGE] : ['live', surface];
  const preset = surface === PAGE_SURFACE ? PAGES : POLITE;
  let settings: LaneSettings | null = egress === STAGE ? null : preset;
  for (const scope of [...scopes, `${surface}/${egress}`]) {
    const own = setting[scope];
    if (own === 'off') settings = null;
    else if (own !== undefined) settings = { ...(settings ?? preset), ...own };
  }
  return settings;
}

const number = (low: number, high: number) => z.coerce.number().min(low).max(high);
const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_MS = 720 * 3_600_000;
// A breaker that closes in the moment in which it opens is none, and nobody who wants one asks for that.
const duration = z
  .string()
  .regex(/^\d+[smh]$/, { error: ({ input }) => `is ${input}, must be a duration such as 30s, 5m or 4h` })
  .transform((text, context) => {
    const ms = Number(text.slice(0, -1)) * (UNIT_MS[text.slice(-1)] ?? 0);
    const message = `is ${text}, must be 1s to 720h; a lane without a breaker is off`;
    if (ms < 1_000 || ms > LONGEST_MS) context.addIssue({ code: 'custom', message });
    return ms;
  });
const hours = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'must be hours such as 23:00-07:00')
  .transform((text) => text.split('-').map((at) => Number(at.slice(0, 2)) * 60 + Number(at.slice(3))));
const zone = z.string().refine(isTimeZone, 'must be a time zone such as Europe/Berlin');

const entrySchema = z
  .strictObject({
    'per-minute': number(0.01, 6_000).optional(),
    'at-once': number(1, 1_000).int().optional(),
    jitter: number(0, 1).optional(),
    quiet: hours.optional(),
    zone: zone.optional(),
    'cool-down': duration.optional(),
    'max-cool-down': duration.optional(),
  })
  // Each would be taken silently, and captures made in hours that were meant to be quiet.
  .refine(({ quiet, zone: of }) => of === undefined || quiet !== undefined, 'zone needs quiet beside it')
  .refine(({ quiet }) => quiet === undefined || quiet[0] !== quiet[1], 'quiet begins when it ends')
  .refine(
    ({ 'cool-down': first, 'max-cool-down': longest }) =>
      first === undefined || longest === undefined || first <= longest,
    'max-cool-down is shorter than cool-down',
  )
  .transform((entry): Partial<LaneSettings> => {
    const [fromMinute = 0, toMinute = 0] = entry.quiet ?? [];
    return {
      ...(entry['per-minute'] === undefined ? {} : { perMinute: entry['per-minute'] }),
      ...(entry['at-once'] === undefined ? {} : { atOnce: entry['at-once'] }),
      ...(entry.jitter === undefined ? {} : { jitter: entry.jitter }),
      ...(entry.quiet === undefined ? {} : { quiet: { fromMinute, toMinute, zone: entry.zone ?? 'UTC' } }),
      ...(entry['cool-down'] === undefined ? {} : { coolDownMs: entry['cool-down'] }),
      ...(entry['max-cool-down'] === undefined ? {} : { maxCoolDownMs: entry['max-cool-down'] }),
    };
  });

const SETTINGS = Object.keys(entrySchema.in.shape);

function toldOf({ path, message }: { path: PropertyKey[]; message: string }): string {
  return [...path.map(String), message].join(' ');
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // Intl says so by throwing, and has no other way to ask.
    return false;
  }
}

function isScope(scope: string): boolean {
  const [surface, egress] = scope.split('/');
  if (egress === undefined && (scope === 'live' || scope === STAGE)) return true;
  if (!FLEET_SURFACES.some((name) => name === surface)) return false;
  // Pages are always fetched without a proxy, and never from the stage.
  if (surface === PAGE_SURFACE) return egress === undefined || egress === DIRECT;
  return egress === undefined || egress === DIRECT || egress === STAGE || isCountry(egress);
}

/** The countries that FLEET_EGRESS may have a proxy for, as it writes them. */
function isCountry(egress: string): boolean {
  return /^[A-Z]{2}$/.test(egress) && isCountryCode(egress);
}

/**
 * Scopes that name the lane of a country whose proxy a worker does not have (`chatgpt/DE` without DE in FLEET_EGRESS), among
 * those it serves: its captures for that country leave `direct`, by the limits of that lane. No error, because the setting is the
 * same for all workers and another may have the proxy. Pure.
 */
export function scopesWithoutEgress(
  setting: LanesSetting,
  worker: {
    egress: Readonly<Record<string, unknown>>;
    serves: readonly FleetSurface[];
    /** Undefined: all. */
    regions: readonly string[] | undefined;
  },
): { scope: string; country: string }[] {
  return Object.keys(setting).flatMap((scope) => {
    const [surface, country = DIRECT] = scope.split('/');
    const served = worker.serves.some((name) => name === surface);
    const asked = worker.regions === undefined || worker.regions.includes(country);
    if (!isCountry(country) || Object.hasOwn(worker.egress, country) || !served || !asked) return [];
    return [{ scope, country }];
  });
}

/** Reads `live: per-minute=4; chatgpt: per-minute=2, at-once=1, quiet=23:00-07:00, zone=Europe/Berlin; stage: off`. */
export function parseLanes(text: string, context: z.RefinementCtx): LanesSetting {
  const refuse = (message: string): void => context.addIssue({ code: 'custom', message });
  const setting: Record<string, Partial<LaneSettings> | 'off'> = {};
  for (const part of text.split(';').map((item) => item.trim())) {
    if (part === '') continue;
    const [, scope = '', body = ''] = /^([^:\s]+)\s*:\s*(.+)$/s.exec(part) ?? [];
    if (!isScope(scope)) {
      refuse(
        `${JSON.stringify(part)} must begin with live:, stage:, a surface: or surface/COUNTRY|direct|stage: (page: or page/direct:)`,
      );
      continue;
    }
    if (Object.hasOwn(setting, scope)) {
      refuse(`${scope}: is given twice; write its settings behind one another, with commas`);
      continue;
    }
    if (body.trim() === 'off') {
      setting[scope] = 'off';
      continue;
    }
    const pairs = body.split(',').map((pair) => pair.trim().split(/\s*=\s*/, 2));
    const parsed = entrySchema.safeParse(Object.fromEntries(pairs));
    if (parsed.success) setting[scope] = parsed.data;
    else
      refuse(
        `${scope}: ${parsed.error.issues.map(toldOf).join('; ')}; allowed are off, ${SETTINGS.join(', ')}`,
      );
  }
  return setting;
}
