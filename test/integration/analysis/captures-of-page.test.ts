import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readContentRun, readRunScore } from '../../../src/analysis/content-run.ts';
import type { Source } from '../../../src/contract/envelope.ts';
import { type CapturePage, recordOfFile } from '../../../src/contract/page-record.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { claimed, context, envelopeFor, type JobsWorld, openJobsWorld, request } from '../jobs/jobs-world.ts';
import { captureNext, concludeAll, started, temporaryStore } from './content-world.ts';
import { CAPTURED_AT, playedPages } from './played-pages.ts';

let world: JobsWorld;
const { store, remove } = temporaryStore();
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(async () => {
  await world.close();
  remove();
});

function source(url: string, position: number): Source {
  return {
    ...{ id: position, url, canonicalUrl: url, title: url, domain: new URL(url).hostname, publisher: null },
    ...{ snippet: null, publishedAt: null, position, role: 'cited', cited: true, charRanges: [] },
    ...{ charRangesBasis: null, providerRef: null },
  };
}

/** An answer of a real surface that cites these pages. */
async function answerCiting(query: string, urls: readonly string[]): Promise<void> {
  await submit(world.db, world.queue, request({ query }), context());
  const child = await claimed(world);
  const envelope = await envelopeFor(
    world.db,
    child.id,
    'answered',
    'Kettles boil water; descale them monthly.',
  );
  envelope.evidence.sources = urls.map((url, index) => source(url, index + 1));
  await settle(world.db, world.queue, child, envelope);
}

const PAGE = 'https://kettles.example/best';
const RIVALS = ['https://one.example/kettles', 'https://two.example/kettles'];
const RIVAL = `<html lang="en"><head><title>Kettles</title></head><body><article><h1>Kettles</h1>
<h2>Descaling a kettle</h2><p>${'Descaling a kettle with vinegar takes 30 minutes every month. '.repeat(6)}</p>
<h2>Boiling time</h2><p>${'A kettle of 1.7 litres boils in 4 minutes. '.repeat(6)}</p></article></body></html>`;

describe('a full run of a page that captures of this account cite', () => {
  it('tells in how many answers it is cited and compares it with the pages cited beside it', async () => {
    await answerCiting('best tea kettle', [PAGE, ...RIVALS]);
    await answerCiting('best tea kettle', RIVALS);
    await answerCiting('something else', ['https://three.example/']);
    const asked: string[] = [];
    const own = playedPages();
    const capture: CapturePage = async (url, mode, signal) => {
      asked.push(`${mode} ${url}`);
      if (url === PAGE) return own(url, mode, signal);
      const about = { url, capturedAt: CAPTURED_AT, bytes: RIVAL.length, clipped: false, undecodable: 0 };
      return { record: { ...recordOfFile(RIVAL, about), status: 200 }, screenshot: null };
    };
    const id = await started(world, { url: PAGE, depth: 'full' });
    await captureNext(world, store, capture);
    await concludeAll(world, store, 'stage');
    expect(await readContentRun(world.db, DEFAULT_ACCOUNT, id)).toMatchObject({ status: 'running' });
    for (const _rival of RIVALS) await captureNext(world, store, capture);
    await concludeAll(world, store, 'stage');

    expect(asked).toEqual([`rendered ${PAGE}`, ...RIVALS.map((url) => `ssr ${url}`)]);
    expect(await readContentRun(world.db, DEFAULT_ACCOUNT, id)).toMatchObject({ status: 'completed' });
    const score = await readRunScore(world.db, DEFAULT_ACCOUNT, id);
    expect(score?.coverage_gap).toMatchObject({
      ...{ pages: 2, captures: 2 },
      citations: [{ query: 'best tea kettle', k: 1, n: 2, positions: [1] }],
    });
    expect(score?.queries.map(({ query }) => query)).toEqual(['best tea kettle']);
    const { rows } = await world.db.query('SELECT page FROM fleet.content_run WHERE id = $1', [id]);
    expect(rows).toMatchObject([{ page: { record: {}, cited: [{ record: {} }, { record: {} }] } }]);
  });

  it('and one that none cites is scored without; captures of the stage say nothing about the live web', async () => {
    for (const [url, origin] of [
      ['https://unknown.example/', 'stage'],
      [PAGE, 'live'],
    ] as const) {
      const id = await started(world, { url, depth: 'full' });
      await captureNext(world, store);
      await concludeAll(world, store, origin);
      expect((await readRunScore(world.db, DEFAULT_ACCOUNT, id))?.coverage_gap).toBeNull();
    }
  });
});
