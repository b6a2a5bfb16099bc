import { randomUUID } from 'node:crypto';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { budgetsFor } from '../capture/budgets.ts';
import { lossInFacts } from '../capture/page-loss.ts';
import { type CaptureOrder, type SeenPage, seePage } from '../capture/see-page.ts';
import { visitorOf } from '../capture/visitor.ts';
import { type CaptureYield, writeUp } from '../capture/write-up.ts';
import { FleetError } from '../contract/errors.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Surface, SurfaceRequest } from '../contract/surface.ts';
import type { Clock } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Egress } from '../platform/egress-setting.ts';
import type { Log } from '../platform/log.ts';
import { traced } from '../platform/traces.ts';
import type { BrowserPool, LeasedPage } from './browser-pool.ts';
import { lostRecord, pagelessRecord } from './lost-record.ts';
import type { PageOrder } from './page-order.ts';
import { currentState, giveProfileBack, leaseProfile } from './profile-lease.ts';
import type { LeasedProfile, Profiles, StorageState } from './profiles.ts';
import { stageHeaders } from './stage-headers.ts';
import { unlessStuck } from './unless-stuck.ts';

/** Where captures are made. */
export interface CaptureSeat {
  pool: BrowserPool;
  /** Where `pool` leads to the live sites: the pool for children of test keys, whose browsers know only the stage. */
  stagePool?: (() => Promise<BrowserPool>) | undefined;
  /** `pool` knows only the stage: whatever a child asks for, that is what is captured, and what its Envelope says. */
  onlyStage?: boolean;
  clock: Clock;
  captureTimeoutMs: number;
  /** Proxy per country, for live captures. */
  egress: Readonly<Record<string, Egress>>;
  /** Signed-in profiles; undefined where there is no database to lease them from. */
  profiles: Profiles | undefined;
}

export interface CaptureAsked extends SurfaceRequest {
  surface: Surface;
  origin: 'live' | 'stage';
}

/** What a capture waits for, and which of its moments it tells. */
export interface CaptureMoments {
  /** Awaited before a page is used; a page that lies ready is taken meanwhile. */
  seated?: (() => Promise<void>) | undefined;
  /** The first navigation is about to start; for measuring. */
  onDispatch?: (() => void) | undefined;
  /** The query is sent: from now on the capture waits for its answer. */
  onAsked?: (() => void) | undefined;
  /** The drive is over; the proof is still to be taken. */
  onDriven?: (() => void) | undefined;
  /** The page was given back, or none was had: what follows needs no browser. Not told where the capture rejects before. */
  onPageGivenBack?: (() => void) | undefined;
}

/**
 * One capture in a fresh context: through the egress of its country, with a profile where the surface signs in and
 * one is free. Never throws for what page or browser do; see `seePage` for what it does throw, BROWSER_LAUNCH_FAILED
 * when there is no browser at all, and StuckError where a step at the page is not back 10 s after the deadline.
 */
export async function captureOnce(
  given: CaptureAsked,
  seat: CaptureSeat,
  deadline: Deadline,
  log: Log,
  moments: CaptureMoments = {},
): Promise<CaptureYield> {
  const asked: CaptureAsked = seat.onlyStage === true ? { ...given, origin: 'stage' } : given;
  const holder = randomUUID();
  const signsIn = seat.profiles !== undefined && asked.surface.login !== 'none';
  // A profile is free only when the capture before is over.
  if (signsIn) await moments.seated?.();
  // Cookies of the stage must never get into a profile that signs in to the live site.
  const profile = isBeside(asked, seat) ? null : await leaseProfile(asked.surface, seat, deadline, holder);
  if (profile === 'busy') {
    moments.onPageGivenBack?.();
    return lostRecord(asked, seat.clock.now(), 'timeout', 'all profiles of this surface are in use');
  }
  const end: { outcome: Outcome; state: StorageState | null } = { outcome: 'timeout', state: null };
  try {
    const captured = await captureWith(profile, asked, seat, deadline, log, moments, end);
    end.outcome =
      captured.record.signals.wall?.outcome ?? captured.record.signals.failure?.outcome ?? 'answered';
    return captured;
  } finally {
    if (profile !== null) await giveProfileBack(profile, holder, end, seat, log);
  }
}

async function captureWith(
  profile: LeasedProfile | null,
  asked: CaptureAsked,
  seat: CaptureSeat,
  deadline: Deadline,
  log: Log,
  moments: CaptureMoments,
  end: { state: StorageState | null },
): Promise<CaptureYield> {
  const { clock, captureTimeoutMs } = seat;
  const { surface, region, query, origin } = asked;
  // The stage is on this machine; a proxy would lead out of it.
  const egress = origin === 'live' && region !== null ? seat.egress[region.country] : undefined;
  const headers = origin === 'stage' ? stageHeaders(surface.name, query) : {};
  const wanted = { visitor: visitorOf(region), headers, egress, storageState: profile?.state };
  const leased = await leasePage(wanted, asked, seat, deadline, log, moments.seated);
  if ('record' in leased) {
    moments.onPageGivenBack?.();
    return leased;
  }
  let loaded = (): void => undefined;
  const order: CaptureOrder = {
    ...{ surface, query, region, origin, deadline, clock, log },
    budgets: budgetsFor(captureTimeoutMs),
    throughEgress: egress !== undefined,
    secrets: profile?.secrets ?? [],
    onDispatch: () => {
      loaded = leased.loads.begin();
      moments.onDispatch?.();
    },
    onOpened: () => loaded(),
    onAsked: () => {
      leased.prepareNext();
      moments.onAsked?.();
    },
    ...(moments.onDriven === undefined ? {} : { onDriven: moments.onDriven }),
  };
  const seen = await seenWith(leased, order, seat, async () => {
    if (profile !== null) end.state = await currentState(leased, deadline, log);
  }).finally(() => {
    loaded();
    moments.onPageGivenBack?.();
  });
  // The slot's next capture opens its page before this one's writing, one long step for a large page, begins.
  await othersTurn();
  await leased.loads.calm();
  return writeUp(seen, leased.ready.browser, order);
}

/** A page to use now, or what is recorded where there is none. One that lies ready is prepared while the slot is awaited. */
async function leasePage(
  wanted: PageOrder,
  asked: CaptureAsked,
  seat: CaptureSeat,
  deadline: Deadline,
  log: Log,
  seated: CaptureMoments['seated'] = async () => undefined,
): Promise<LeasedPage | CaptureYield> {
  const liesReady = !isBeside(asked, seat) && seat.pool.hasAhead(wanted);
  if (!liesReady) await seated();
  const leased = await acquired(wanted, asked, seat, deadline, log);
  if ('record' in leased || !liesReady) return leased;
  try {
    await seated();
    return leased;
  } catch (error) {
    await leased.release(true);
    throw error;
  }
}

async function acquired(
  wanted: PageOrder,
  asked: CaptureAsked,
  seat: CaptureSeat,
  deadline: Deadline,
  log: Log,
): Promise<LeasedPage | CaptureYield> {
  try {
    const pool = await poolFor(asked, seat, deadline);
    return await traced('browser', {}, () => pool.acquire(wanted, deadline));
  } catch (error) {
    deadline.throwIfAborted();
    if (error instanceof FleetError && error.code === 'BROWSER_LAUNCH_FAILED') throw error;
    log.warn({ err: error }, 'no browser for this capture');
    return pagelessRecord(asked, seat.clock.now(), error);
  }
}

/** Sees the page and gives it back, whatever came of it; `whileHealthy` runs before that, where the page is still good. */
async function seenWith(
  leased: LeasedPage,
  order: CaptureOrder,
  { pool }: CaptureSeat,
  whileHealthy: () => Promise<void>,
): Promise<SeenPage> {
  let healthy = false;
  try {
    const seen = await unlessStuck(seePage(leased.ready, order), order.deadline, () => true);
    const loss = lossInFacts(seen.journal.facts);
    if (loss !== undefined) pool.counters.losses[loss]++;
    healthy = loss === undefined;
    if (healthy) await whileHealthy();
    return seen;
  } finally {
    // Off the critical path: the slot is the worker's, the page is closed behind it.
    leased
      .release(healthy)
      .catch((error: unknown) => order.log.warn({ err: error }, 'page could not be given back'));
  }
}

/** Whether a capture goes to the browsers that know only the stage, beside those that lead to the live sites. */
function isBeside({ origin }: CaptureAsked, { stagePool }: CaptureSeat): boolean {
  return origin === 'stage' && stagePool !== undefined;
}

/** The pool whose browsers lead where this capture belongs. */
async function poolFor(asked: CaptureAsked, seat: CaptureSeat, deadline: Deadline): Promise<BrowserPool> {
  if (!isBeside(asked, seat) || seat.stagePool === undefined) return seat.pool;
  return deadline.run('stage', seat.stagePool);
}
