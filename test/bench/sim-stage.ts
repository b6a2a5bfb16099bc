import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { SurfaceStage } from '../../src/stage/scene.ts';
import { startStage } from '../../src/stage/server.ts';
import { claudeStage } from '../../src/stage/surfaces/claude.ts';
import { longAnswers } from './long-answers.ts';
import { simStage } from './sim-page.ts';

/** HTML of the heavy scene, characters at least. */
const HEAVY_CHARS = 1_000_000;
const portSchema = z.object({ port: z.int() });

/** A stage in a process of its own, so that its work counts neither as the fleet's time nor as its CPU. */
export interface SimStage {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

export async function startSimStage(): Promise<SimStage> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), ['serve']);
  const [message] = await once(child, 'message');
  const { port } = portSchema.parse(message);
  return {
    ...{ port, pid: child.pid ?? 0 },
    stop: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

/** Claude's stage with answers that stream for long, and with a page of 1 MB: what a long conversation leaves in the DOM, above the same answer. */
function heavyClaude(): SurfaceStage {
  const { plain, scenes } = claudeStage;
  const scene = scenes[plain];
  if (scene === undefined) throw new Error('the stage of claude lost its plain scene');
  const text = 'An earlier turn of a long conversation, kept in the page as text. '.repeat(6);
  const link = '<a href="https://example.com/earlier">source</a>';
  const turn = `<div class="mb-4"><p class="whitespace-normal break-words">${text}${link}</p></div>`;
  const earlier = `<div hidden>${turn.repeat(Math.ceil(HEAVY_CHARS / turn.length))}</div>`;
  return {
    ...claudeStage,
    scenes: {
      ...scenes,
      ...longAnswers(),
      heavy: {
        ...scene,
        handle: (request, reply) => {
          reply.rewriteHtml((html) => html.replace(/<\/body>/i, (end) => `${earlier}${end}`));
          return scene.handle(request, reply);
        },
      },
    },
  };
}

if (process.argv[2] === 'serve' && process.send !== undefined) {
  const stage = await startStage({ stages: [simStage(), heavyClaude()] });
  process.on('disconnect', () => process.exit());
  process.send({ port: stage.port });
}
