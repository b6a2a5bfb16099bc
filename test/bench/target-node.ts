import { monitorEventLoopDelay } from 'node:perf_hooks';
import { percentile, spread } from './figures.ts';
import { countSqlTrips } from './sql-trips.ts';
import { openTargetWorld } from './target-world.ts';

const WARM_UP = 3;
const RESOLUTION_MS = 5;
const HEAVY = '[scene:heavy] best crm for startups';
/** The pool that our door goes through, pg-boss's statements for workers too (its own maintenance has another). */
const DOOR = 'capture-fleet';

/**
 * Row a3: a page of 1 MB read by a shipped adapter: extraction, assembly, storing and settling as the story of each
 * capture tells them; the worst stall of the event loop in each capture, browser work included; SQL round trips per child
 * of a backlog, from fetch to settlement.
 */
export async function measureNodeCode(captures: number): Promise<Record<string, unknown>> {
  const trips = countSqlTrips(DOOR);
  const world = await openTargetWorld({ slots: 1 });
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  try {
    await world.submit(HEAVY, WARM_UP, 'claude');
    await world.ended(WARM_UP);
    const blocks: number[] = [];
    await world.submit(HEAVY, captures, 'claude');
    const before = { trips: trips.count, statements: trips.statements };
    const tallied = new Map(trips.byText);
    loop.enable();
    for (let done = 1; done <= captures; done++) {
      loop.reset();
      await world.ended(WARM_UP + done);
      blocks.push(loop.max / 1e6 - RESOLUTION_MS);
    }
    loop.disable();
    const asked = trips.count - before.trips;
    const said = trips.statements - before.statements;
    const all = world.finished.slice(WARM_UP);
    const byText = trips.byText.map(([text, count]) => [text, count - (tallied.get(text) ?? 0)] as const);
    return {
      ...spread(all.map(({ extractMs, settleMs }) => extractMs + settleMs)),
      extract: percentile(
        all.map(({ extractMs }) => extractMs),
        50,
      ),
      settle: percentile(
        all.map(({ settleMs }) => settleMs),
        50,
      ),
      htmlChars: percentile(
        all.map(({ htmlChars }) => htmlChars),
        50,
      ),
      block: percentile(blocks, 95),
      blockP50: percentile(blocks, 50),
      blockMax: percentile(blocks, 100),
      roundTrips: Math.round((asked / captures) * 10) / 10,
      statementsPerChild: Math.round((said / captures) * 10) / 10,
      statements: byText.filter(([, count]) => count >= captures * 0.8),
    };
  } finally {
    await world.close();
    trips.stop();
  }
}
