import { spread } from './figures.ts';
import { openTargetWorld } from './target-world.ts';

const WARM_UP = 2;

/**
 * Row d2: one slot, a backlog: from the end of a capture's work in the browser (its page is given back, so its slot is
 * free; it is read, stored and settled beside the next) to the next page.goto.
 */
export async function measureHandover(backlog: number): Promise<Record<string, unknown>> {
  const world = await openTargetWorld({ slots: 1 });
  try {
    await world.submit('[scene:viewport] sim', backlog + WARM_UP);
    await world.ended(backlog + WARM_UP);
    const gaps = world.givenBack.slice(WARM_UP - 1, -1).map((at) => {
      const next = world.dispatched.find((begun) => begun > at);
      return (next ?? Number.NaN) - at;
    });
    return spread(gaps);
  } finally {
    await world.close();
  }
}
