import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import { processConfig } from '../platform/config.ts';
import { createLog } from '../platform/log.ts';
import { STAGES } from '../stage/registry.ts';
import type { SceneExpectation, SurfaceStage } from '../stage/scene.ts';
import { stageBrowserArgs, startStage } from '../stage/server.ts';

/** One line of `fleet stage --list`. */
export interface SceneListing {
  surface: string;
  scene: string;
  /** True for the scene a query without prefix gets. */
  plain: boolean;
  summary: string;
  expect: SceneExpectation;
}

/** All scenes, surface by surface in registry order, the plain scene of each first. */
export function listScenes(stages: readonly SurfaceStage[]): SceneListing[] {
  return stages.flatMap((stage) =>
    Object.entries(stage.scenes)
      .map(([scene, { summary, expect }]) => ({
        surface: stage.surface,
        scene,
        plain: scene === stage.plain,
        summary,
        expect,
      }))
      .sort((a, b) => Number(b.plain) - Number(a.plain)),
  );
}

/** The list as aligned text for a terminal. */
export function sceneTable(listings: readonly SceneListing[]): string {
  const width = Math.max(0, ...listings.map(({ scene }) => scene.length)) + 2;
  const lines: string[] = [];
  let surface = '';
  for (const listing of listings) {
    if (listing.surface !== surface) lines.push(listing.surface);
    surface = listing.surface;
    const outcome = `${listing.expect.outcome}${listing.plain ? ', plain' : ''}`;
    lines.push(`  ${listing.scene.padEnd(width)}${listing.summary} (${outcome})`);
  }
  return lines.join('\n');
}

function printScenes(json: boolean): void {
  const listings = listScenes(STAGES);
  console.log(json ? JSON.stringify(listings, null, 2) : sceneTable(listings));
}

async function runStage(port: number): Promise<void> {
  const stage = await startStage({ port, log: createLog(processConfig().logLevel, 'stage') });
  const entries = STAGES.map(({ surface, hosts }) => `  ${surface}: https://${hosts[0] ?? ''}/`);
  console.log(`stage listening on 127.0.0.1:${stage.port}`);
  console.log('Point a Chromium at it (a fresh profile; everything it asks stays on this machine):');
  const args = stageBrowserArgs(stage.port).map((arg) => `'${arg}'`);
  console.log(`  chromium --user-data-dir="$(mktemp -d)" ${args.join(' ')}`);
  if (entries.length > 0) console.log(['and open:', ...entries].join('\n'));
  console.log(
    'Begin a question with [scene:NAME] to pick a scene; `fleet stage --list` names them. Ctrl+C stops.',
  );
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await stage.stop();
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError('must be a number from 0 to 65535');
}

/** `fleet stage`: runs the stage in the foreground, or lists what it can play. */
export function stageCommand(): Command {
  return new Command('stage')
    .description('run the replay stage: local servers that play the surfaces')
    .option('--port <port>', 'port on loopback (0: any free one)', readPort, 0)
    .option('--list', 'list all scenes of all surfaces and exit')
    .option('--json', 'with --list: print JSON')
    .action(async (options: { port: number; list?: true; json?: true }) => {
      if (options.list === true) printScenes(options.json === true);
      else await runStage(options.port);
    });
}
