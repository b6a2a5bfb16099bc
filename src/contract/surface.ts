import type { Locator, Page } from 'playwright';
import type { CaptureRecord } from './capture-record.ts';
import type { Extraction } from './extraction.ts';
import type { Outcome } from './outcome.ts';
import type { Region } from './region.ts';
import type { SurfaceName } from './surface-name.ts';

/** A thing on a page, found by the first of its alternatives that matches. CSS only, readable by browser and cheerio alike. */
export interface Selector {
  name: string;
  /** In order of trust; never a hashed class name as the only one. */
  any: readonly [string, ...string[]];
}

/**
 * A mark that proves something about a page. All conditions given must hold. It is evaluated live by the drive and
 * again on the stored record by `extract`, so it is data.
 */
export interface PageMark {
  name: string;
  /** Matched against the final URL. */
  url?: RegExp;
  /** HTTP status of the main document. */
  status?: number;
  /** A response header of the main document that must match. */
  header?: { name: string; value: RegExp };
  title?: RegExp;
  /** CSS; the element must be there and not hidden by attribute or inline style. */
  selector?: string;
  /** Matched against the page's visible text. */
  text?: RegExp;
  /** CSS; the mark does not count while this is on the page (results win over scary words in scripts). */
  unless?: string;
}

/** A mark that ends the capture with its own outcome. */
export interface Wall extends PageMark {
  outcome: Extract<Outcome, 'challenge' | 'login_wall' | 'throttled' | 'surface_error' | 'declined'>;
}

/** A dialog or page in the way that has an honest button of its own. */
export interface Interstitial {
  name: string;
  /** Present when this matches. */
  when: PageMark;
  /** The button the site offers to a visitor who declines; clicked once. */
  dismiss: Selector;
}

/** Which network exchanges of the page are the surface's own answer and belong into the transcript. */
export interface TranscriptRule {
  kind: 'fetch' | 'websocket';
  /** Matched against host and path (`chatgpt.com/backend-api/…`), query excluded. */
  url: RegExp;
}

/** What a surface is asked. */
export interface SurfaceRequest {
  query: string;
  region: Region | null;
}

/** End of the answer, said in marks of the page. `decideSettled` combines them so that no single one can fool it. */
export interface AnswerWatch {
  /** The element whose text grows. */
  answer: Selector;
  /** Any of these visible means: still working. */
  busy: readonly Selector[];
  /** Marks of a finished answer; one hit suffices together with stable text. */
  done: readonly Selector[];
  /** True once the transcript said its own end; optional. */
  transcriptEnded?: (transcript: CaptureRecord['transcript']) => boolean;
  /** Text must stay the same this long when a done mark or the transcript's end is seen; 400 ms suffice when both are. */
  stableMs: number;
  /** Text must stay the same this long when no end mark is seen at all (marks may have drifted). */
  floorMs: number;
  /** How long to wait for the first sign of an answer. */
  firstSignMs: number;
}

/** Why waiting ended. `no_sign`: nothing of the answer appeared in time. */
export type AnswerEnd = 'settled' | 'deadline' | 'no_sign';

/**
 * What a drive works with. Every step runs under the capture's Deadline, reports its selectors, and checks the
 * surface's walls; a wall ends the drive by throwing a CaptureError with the wall's outcome.
 */
export interface DriveTools {
  /**
   * Navigates and waits for the document to be usable. Interstitials are dismissed and walls looked for while the drive goes
   * on; what clicks waits for that, and the next call of a tool that waits, or the end of the drive, fails with the wall.
   */
  open(url: string): Promise<void>;
  /** The first visible match within `waitMs`, or undefined; recorded as hit or miss. */
  find(selector: Selector, waitMs?: number): Promise<Locator | undefined>;
  /** As find, but a miss throws `surface_error` (the page has drifted). */
  need(selector: Selector, waitMs?: number): Promise<Locator>;
  /** Dismisses what the surface lists as interstitials, then checks the walls. */
  clear(): Promise<void>;
  /** Puts the text into a field (textarea or rich editor) and verifies that it stands there. */
  compose(field: Selector, text: string): Promise<void>;
  /** Clicks the button when it is enabled, else presses Enter in the field. */
  submit(button: Selector, field: Selector): Promise<void>;
  /** Clicks when present; never fails the capture. */
  expand(selector: Selector): Promise<void>;
  awaitAnswer(watch: AnswerWatch): Promise<AnswerEnd>;
  /** Waits, under the deadline, until one of the selectors is attached; tells which, or undefined. */
  awaitAny(selectors: readonly Selector[], waitMs: number): Promise<Selector | undefined>;
  /** Waits this long, under the deadline: for a surface's own documented pace, not for luck. */
  pause(ms: number): Promise<void>;
  /** Notes a fact for extraction. */
  note(name: string, value: string): void;
  /** Milliseconds left for the drive. */
  remainingMs(): number;
}

/** One consumer answer product: what it is, how it is driven, how it is read. */
export interface Surface {
  name: SurfaceName;
  /** Raised with every change of drive or extract that can change a result. */
  version: string;
  login: 'none' | 'optional' | 'required';
  /** Countries it can be captured in, or `any`. */
  regions: 'any' | readonly string[];
  /** Hosts the surface lives on; the stage serves them. */
  hosts: readonly string[];
  /** Browser binary for live captures: measured cost against fidelity (DESIGN.md, *Browser*). */
  browser: 'shell' | 'chrome';
  transcript: readonly TranscriptRule[];
  walls: readonly Wall[];
  interstitials: readonly Interstitial[];
  /** Patterns whose match must never be stored (tokens, the exit address); replaced by `[redacted]`. */
  redact: readonly RegExp[];
  /** Element the proof is about; used to name what is missing. */
  entryUrl(request: SurfaceRequest): string;
  drive(page: Page, request: SurfaceRequest, tools: DriveTools): Promise<void>;
  /** Pure: same record, same result. */
  extract(record: CaptureRecord): Extraction;
}
