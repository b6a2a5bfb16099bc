import type { Outcome } from '../contract/outcome.ts';
import type { Surface } from '../contract/surface.ts';
import type { Clock } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { LeasedPage } from './browser-pool.ts';
import { patiently } from './patiently.ts';
import { type LeasedProfile, type Profiles, type StorageState, storageStateSchema } from './profiles.ts';

interface ProfileSeat {
  profiles: Profiles | undefined;
  clock: Clock;
  captureTimeoutMs: number;
}

const POLL_MS = 500;
const STATE_BUDGET_MS = 3_000;

/** The profile that a capture signs in with; null where there is none to be had, `busy` where all stayed in use. */
export async function leaseProfile(
  surface: Surface,
  seat: ProfileSeat,
  deadline: Deadline,
  holder: string,
): Promise<LeasedProfile | null | 'busy'> {
  const { profiles, clock, captureTimeoutMs } = seat;
  if (profiles === undefined || surface.login === 'none') return null;
  const patience = deadline.within(captureTimeoutMs / 3);
  for (;;) {
    const leased = await profiles.lease(surface.name, holder, clock.now(), captureTimeoutMs * 2);
    if (leased === 'none') return null;
    if (leased !== 'busy') return leased;
    if (patience.remainingMs() < POLL_MS * 2) return 'busy';
    await patience.pause(POLL_MS);
  }
}

/** What was captured is not lost for a database that is away: then the profile is free when its lease has run out. */
export async function giveProfileBack(
  profile: LeasedProfile,
  holder: string,
  end: { outcome: Outcome; state: StorageState | null },
  { profiles, clock }: Pick<ProfileSeat, 'profiles' | 'clock'>,
  log: Log,
): Promise<void> {
  try {
    await patiently(clock, undefined, async () => profiles?.giveBack(profile, holder, end));
  } catch (error) {
    log.warn({ err: error, profile: profile.id }, 'the profile could not be given back; its lease runs out');
  }
}

/** The profile's cookies after the capture: sites rotate their tokens. */
export async function currentState(
  leased: LeasedPage,
  deadline: Deadline,
  log: Log,
): Promise<StorageState | null> {
  try {
    const context = leased.ready.page.context();
    const state = await deadline.run('profile state', () => context.storageState(), {
      budgetMs: STATE_BUDGET_MS,
    });
    return storageStateSchema.parse(state);
  } catch (error) {
    deadline.throwIfAborted();
    log.warn({ err: error }, 'the profile keeps its old state');
    return null;
  }
}
