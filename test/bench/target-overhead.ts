import { bareBeside } from './bare-sim.ts';
import { percentile, spread } from './figures.ts';
import { type Finished, openTargetWorld } from './target-world.ts';

const WARM_UP = 3;

/**
 * Row a: captures one after the other, from the claim of a child to its settled row, less the time the page itself needed
 * (navigation start to end mark, by its own clock). The proof is our full one (DOM, MHTML, screenshot, thumbnail, all
 * hashed and stored) of a page as high as the window. Beside it what bare Playwright, cold, needs in the same run.
 */
export async function measureOverhead(captures: number, browser?: string): Promise<Record<string, unknown>> {
  const query = '[scene:viewport] sim';
  const all = await oneByOne(query, captures, browser);
  const bare = await bareBeside(query, Math.ceil(captures / 2), 1, browser);
  const overhead = all.map(({ ms, pageMs }) => ms - pageMs);
  const p50 = (of: (one: Finished) => number): number => percentile(all.map(of), 50);
  return {
    ...spread(overhead),
    bare: bare.overhead,
    phases: {
      page: p50(({ pageMs }) => pageMs),
      untilPage: p50(({ ms, captureMs, extractMs, settleMs }) => ms - captureMs - extractMs - settleMs),
      browserAndDrive: p50(({ captureMs, pageMs, proofMs }) => captureMs - pageMs - proofMs),
      proof: p50(({ proofMs }) => proofMs),
      extract: p50(({ extractMs }) => extractMs),
      settle: p50(({ settleMs }) => settleMs),
    },
  };
}

/**
 * Row a2: the proof of a page of 5 500 px, and how much of it the answer waits for: all, because the Envelope holds the
 * hashes of its proof and is settled once.
 */
export async function measureFullPageProof(
  captures: number,
  browser?: string,
): Promise<Record<string, unknown>> {
  const all = await oneByOne('sim', captures, browser);
  const proof = spread(all.map(({ proofMs }) => proofMs));
  return { ...proof, answerWaits: proof.p50 };
}

async function oneByOne(query: string, captures: number, browser?: string): Promise<Finished[]> {
  const world = await openTargetWorld({ slots: 1, browser });
  try {
    for (let done = 0; done < captures + WARM_UP; done++) {
      await world.submit(query, 1);
      await world.ended(done + 1);
      await new Promise((next) => setTimeout(next, 150)); // The next page is opened ahead meanwhile: a warm fleet.
    }
    return world.finished.slice(WARM_UP);
  } finally {
    await world.close();
  }
}
