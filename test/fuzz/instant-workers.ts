import { setTimeout as pause } from 'node:timers/promises';
import { SURFACE_NAMES, type SurfaceName } from '../../src/contract/surface-name.ts';
import { claim } from '../../src/jobs/claim.ts';
import { settle } from '../../src/jobs/settle.ts';
import { envelopeFor, type JobsWorld } from '../integration/jobs/jobs-world.ts';

const IDLE_MS = 30;

/** Ends every capture as soon as it is queued, so that sync requests are answered. */
export class InstantWorkers {
  readonly #world: JobsWorld;
  readonly #loops: Promise<void>[];
  #stopping = false;
  ended = 0;

  constructor(world: JobsWorld) {
    this.#world = world;
    this.#loops = SURFACE_NAMES.map((surface) => this.#work(surface));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#loops);
  }

  async #work(surface: SurfaceName): Promise<void> {
    const { db, queue } = this.#world;
    while (!this.#stopping) {
      const job = await queue.fetch(surface);
      if (job === undefined) {
        await pause(IDLE_MS);
        continue;
      }
      const claimed = await claim(db, queue, job, { workerId: 'instant', now: Date.now() });
      if (claimed.kind !== 'claimed') continue;
      const envelope = await envelopeFor(db, claimed.child.id, 'answered', 'an answer');
      // A canceled child is nobody's any more.
      await settle(db, queue, claimed.child, envelope).catch((error: unknown) => {
        if ((error as { code?: string }).code !== 'LEASE_LOST') throw error;
      });
      this.ended++;
    }
  }
}
