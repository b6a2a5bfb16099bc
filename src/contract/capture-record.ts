import { z } from 'zod';
import { outcomeSchema } from './outcome.ts';
import { regionSchema } from './region.ts';
import { surfaceNameSchema } from './surface-name.ts';

const ms = z.number().nonnegative().describe('milliseconds since the capture started');

/** One piece of a streamed body: an SSE event, a line, a WebSocket message, or a network chunk. */
export const frameSchema = z.strictObject({
  at: ms,
  data: z.string(),
  /** WebSocket direction; bodies are always `in`. */
  direction: z.enum(['in', 'out']).default('in'),
});

/** One exchange with an answer endpoint of the surface itself. */
export const exchangeSchema = z.strictObject({
  kind: z.enum(['fetch', 'websocket']),
  method: z.string(),
  url: z.string(),
  status: z.number().int().nullable(),
  contentType: z.string().nullable(),
  startedAt: ms,
  endedAt: ms.nullable(),
  /** `open`: still streaming when the record was taken; `aborted`: the page or the network cut it. */
  end: z.enum(['complete', 'aborted', 'open']),
  /** True when the size cap cut the body. */
  clipped: z.boolean(),
  frames: z.array(frameSchema),
});

/** One selector the drive asked for: which of its alternatives hit, or null for a miss. */
export const selectorSignalSchema = z.strictObject({
  name: z.string(),
  hit: z.string().nullable(),
  fallback: z.boolean().describe('true when the first alternative missed and a later one hit'),
});

export const wallSignalSchema = z.strictObject({
  outcome: outcomeSchema,
  mark: z.string().describe('name of the mark that proved it'),
});

export const signalsSchema = z.strictObject({
  /** Why waiting for the answer ended: `settled` when the end marks agreed, `deadline` when time ran out. */
  ending: z.enum(['settled', 'deadline', 'not_awaited']),
  /** End-of-answer marks seen, by name. */
  endMarks: z.array(z.string()),
  selectors: z.array(selectorSignalSchema),
  interstitials: z.array(z.strictObject({ name: z.string(), dismissed: z.boolean() })),
  /** A wall seen live, with its proof; null when none. */
  wall: wallSignalSchema.nullable(),
  /** Set when the drive itself failed before or beside the page's own answer. */
  failure: z.strictObject({ outcome: outcomeSchema, message: z.string() }).nullable(),
  httpStatus: z.number().int().nullable(),
  responseHeaders: z
    .record(z.string(), z.string())
    .describe('of the main document, only those walls are read from'),
  loginState: z.enum(['anonymous', 'signed_in', 'unknown']),
  /** Facts that drive learnt and extraction may use, by name: shell variant, effective query, … */
  facts: z.record(z.string(), z.string()),
  region: z
    .strictObject({
      effective: z.string().nullable(),
      basis: z.enum(['observed', 'egress', 'locale', 'none']),
    })
    .nullable(),
  /** What was taken out before storing, by kind, and how often; never the values. */
  removed: z.record(z.string(), z.number().int().positive()),
  dialogs: z.number().int(),
  popups: z.number().int(),
  downloads: z.number().int(),
  /** True when the serialized DOM was cut at the size cap. */
  htmlClipped: z.boolean(),
});

export const browserInfoSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  binary: z.enum(['shell', 'chrome']),
});

/** Everything extraction may use, and nothing else. Stored whole as the `raw` artefact. */
export const captureRecordSchema = z.strictObject({
  recordVersion: z.literal(1),
  surface: surfaceNameSchema,
  adapterVersion: z.string(),
  origin: z.enum(['live', 'stage', 'file']),
  query: z.string(),
  region: regionSchema.nullable(),
  requestedUrl: z.string().nullable(),
  finalUrl: z.string().nullable(),
  startedAt: z.iso.datetime(),
  capturedAt: z.iso.datetime(),
  browser: browserInfoSchema.nullable(),
  /** Serialized DOM with comments; null when no page could be read. */
  html: z.string().nullable(),
  transcript: z.array(exchangeSchema),
  screenshot: z
    .strictObject({ width: z.number().int(), height: z.number().int(), sha256: z.string() })
    .nullable(),
  signals: signalsSchema,
});

export type Frame = z.infer<typeof frameSchema>;
export type Exchange = z.infer<typeof exchangeSchema>;
export type Signals = z.infer<typeof signalsSchema>;
export type SelectorSignal = z.infer<typeof selectorSignalSchema>;
export type WallSignal = z.infer<typeof wallSignalSchema>;
export type CaptureRecord = z.infer<typeof captureRecordSchema>;

/** Signals of a record that no drive produced (a file given to `fleet extract`, a fixture). */
export function neutralSignals(): Signals {
  return {
    ending: 'not_awaited',
    endMarks: [],
    selectors: [],
    interstitials: [],
    wall: null,
    failure: null,
    httpStatus: null,
    responseHeaders: {},
    loginState: 'unknown',
    facts: {},
    region: null,
    removed: {},
    dialogs: 0,
    popups: 0,
    downloads: 0,
    htmlClipped: false,
  };
}
