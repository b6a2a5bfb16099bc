/** The ways in which a page can be lost under a capture; they call for different remedies and are counted apart. */
export const PAGE_LOSSES = {
  browser_lost: 'the browser process ended',
  browser_unresponsive: 'the browser did not react and was killed',
  page_crashed: 'the page crashed',
  out_of_memory: 'the page used up its memory',
  renderer_unresponsive: 'the page did not react: its renderer is busy or stuck',
} as const satisfies Record<string, string>;

export type PageLoss = keyof typeof PAGE_LOSSES;

/** Name of the record's fact that says how the page was lost. */
export const LOSS_FACT = 'loss';

/** How the page of a record was lost; undefined where it was not. Pure. */
export function lossInFacts(facts: Readonly<Record<string, string>>): PageLoss | undefined {
  const told = facts[LOSS_FACT];
  return told !== undefined && Object.hasOwn(PAGE_LOSSES, told) ? (told as PageLoss) : undefined;
}

/** What is known of a renderer that went away. */
export interface CrashFacts {
  /** CDP `Target.targetCrashed`: "crashed", "killed", "oom", … (Chromium 156, seen 2026-11). */
  status: string | null;
  /** Signal on Linux: 5 where V8 gives up, 9 where somebody killed it, 11 for a plain crash (tried 2026-11). */
  errorCode: number | null;
  /** We ended one of this browser's renderers just now because it had grown too large. */
  endedForMemory: boolean;
  /** Largest renderer of this browser when last looked at, bytes. */
  largestRenderer: number;
}

const SIGTRAP = 5;
/** V8 traps for failed checks too; only a renderer that had grown this large ran out of memory. */
const GROWN_BYTES = 500_000_000;

/** Tells running out of memory from other crashes. Pure. */
export function lossOfCrash(facts: CrashFacts): Extract<PageLoss, 'page_crashed' | 'out_of_memory'> {
  // What ended in another way is not the one that we ended.
  const endedByUs = facts.endedForMemory && (facts.status === null || facts.status === 'killed');
  if (endedByUs || facts.status === 'oom') return 'out_of_memory';
  if (facts.errorCode === SIGTRAP && facts.largestRenderer >= GROWN_BYTES) return 'out_of_memory';
  return 'page_crashed';
}
