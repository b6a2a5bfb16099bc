import { expect, it } from 'vitest';
import { finishNext } from '../jobs/jobs-world.ts';
import { openApiWorld } from './api-world.ts';

const WAITING = 20;
const FINISHED = 8;

it('20 sync requests at a close: those whose capture ends are answered, the others get 504, none is reset (P23)', async () => {
  const world = await openApiWorld({ drainMs: 3_000 });
  const asked = Array.from({ length: WAITING }, () =>
    world.post('/v1/search', { query: 'q', surfaces: ['chatgpt'] }).then(
      ({ status, headers }) => ({ status, location: headers.location }),
      (error: Error) => ({ status: error.message, location: undefined }),
    ),
  );
  const queued = async (): Promise<number> =>
    (await world.db.query(`SELECT 1 FROM fleet.child WHERE status = 'queued'`)).rowCount;
  await expect.poll(queued, { timeout: 30_000 }).toBe(WAITING);
  for (let index = 0; index < FINISHED; index++) await finishNext(world);
  const closed = world.api.close();
  const answers = await Promise.all(asked);
  await closed;
  const counted: Record<string, number> = {};
  for (const { status } of answers) counted[status] = (counted[status] ?? 0) + 1;
  process.stdout.write(`P23: ${JSON.stringify(counted)}\n`);
  expect(counted).toEqual({ 200: FINISHED, 504: WAITING - FINISHED });
  for (const { status, location } of answers)
    if (status === 504) expect(location).toMatch(/^\/v1\/jobs\/job_/);
  await world.listener.close();
  await world.queue.close();
  await world.drop();
});
