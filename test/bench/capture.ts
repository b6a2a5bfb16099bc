import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stageHeaders } from '../../src/fleet/stage-headers.ts';
import { findBrowser } from '../../src/platform/browser-binary.ts';
import { readConfig } from '../../src/platform/config.ts';
import { COMPOSER, DONE, SEND } from '../../surfaces/claude/selectors.ts';
import { Contestant, type ContestOrder, installPeers, type Round } from './contest.ts';
import { contestTable, profileTable, standing } from './contest-figures.ts';
import { print } from './figures.ts';
import { option } from './options.ts';
import { startSimStage } from './sim-stage.ts';

const QUERY = 'best crm for startups';
const FLEET = [
  ['fleet, shipped adapter', 'contest-fleet.ts', 'adapter'],
  ['fleet, same steps', 'contest-fleet.ts', 'same'],
] as const;
const PEERS = [
  ['Crawlee', 'peers/crawlee.mjs', 'same'],
  ['puppeteer-cluster', 'peers/cluster.mjs', 'same'],
] as const;
/** The measure of the others, so it stands last. */
const BARE = ['bare Playwright', 'peers/bare.mjs', 'same'] as const;

/**
 * Captures per minute, CPU seconds and memory of this fleet with full proof, and with `--peers` of Crawlee,
 * puppeteer-cluster and bare Playwright on the same stage page with the same browser, in alternating rounds. Options:
 * `--captures` per round (default 24), `--rounds` (3), `--at-once` (4), `--browser shell|chrome`, `--out` folder.
 */
export async function benchCapture(): Promise<void> {
  const withPeers = process.argv.includes('--peers');
  if (withPeers) await installPeers();
  const kind = option('browser', 'shell') === 'chrome' ? 'chrome' : 'shell';
  const { path, binary } = await findBrowser(readConfig({}, '/'), kind);
  // Apart from this process, which looks at all others' memory: the page is not to wait for that.
  const stage = await startSimStage();
  const dataDir = mkdtempSync(join(tmpdir(), 'fleet-bench-'));
  const order: ContestOrder = {
    ...{ browser: path, shell: binary === 'shell', stagePort: stage.port, query: QUERY },
    ...{ concurrency: Number(option('at-once', '4')), headers: stageHeaders('claude', QUERY) },
    ...{ url: 'https://claude.ai/new', composer: COMPOSER.any[0] ?? '', send: SEND.any[0] ?? '' },
    ...{ done: DONE[0]?.any[0] ?? '', proof: option('proof', 'look up current CRM'), dataDir },
  };
  const contestants: Contestant[] = [];
  for (const [name, program, steps] of withPeers ? [...FLEET, ...PEERS, BARE] : FLEET) {
    const own = { ...order, steps, dataDir: join(dataDir, `${contestants.length}`) };
    contestants.push(await Contestant.start(name, program, own));
  }
  report(await contest(contestants), { browser: path, atOnce: order.concurrency });
  for (const contestant of contestants) await contestant.stop();
  await stage.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** Alternating rounds; every contestant begins one of them. */
async function contest(contestants: readonly Contestant[]): Promise<Map<string, Round[]>> {
  const captures = Number(option('captures', '24'));
  const rounds = new Map<string, Round[]>(contestants.map(({ name }) => [name, []]));
  for (let number = 0; number < Number(option('rounds', '3')); number++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const contestant = contestants[(turn + number) % contestants.length];
      if (contestant === undefined) continue;
      const round = await contestant.round(captures);
      rounds.get(contestant.name)?.push(round);
      print({ bench: 'capture', name: contestant.name, round: number + 1, ...round });
    }
  }
  return rounds;
}

function report(rounds: ReadonlyMap<string, readonly Round[]>, about: Record<string, unknown>): void {
  const standings = [...rounds].map(([name, all]) => standing(name, all));
  process.stdout.write(`${contestTable(standings)}\n\n${profileTable(rounds)}\n`);
  const folder = resolve(option('out', 'bench-out'));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'capture.json');
  writeFileSync(
    file,
    `${JSON.stringify({ ...about, standings, rounds: Object.fromEntries(rounds) }, null, 2)}\n`,
  );
  print({ bench: 'capture', figures: file });
}
