import { paced, type StreamPiece } from '../../src/stage/pieces.ts';
import type { PlayScript } from '../../src/stage/player.ts';
import type { StageReply } from '../../src/stage/reply.ts';
import type { Scene } from '../../src/stage/scene.ts';
import { sourced } from '../../src/stage/surfaces/claude-answers.ts';
import { played } from '../../src/stage/surfaces/claude-scene.ts';

/** How long an answer streams once all have begun. */
const TOGETHER_MS = 20_000;
/** They end one after the other, as answers do. */
const STEP_MS = 400;
/** So long the answers asked first stream on slowly until all have been asked; a capture waits 120 s at most. */
const GATHER_MS = 70_000;
const SLOW_MS = 1_000;
const MOST = 128;

/** Name of the scene in which so many answers stream at the same time. */
export function togetherScene(answers: number): string {
  return `together-${answers}`;
}

/** Claude's answers that stream until so many stream at once, and then for 20 s more. */
export function longAnswers(): Readonly<Record<string, Scene>> {
  return Object.fromEntries(
    Array.from({ length: MOST }, (_unused, index) => {
      const group = new Together(index + 1);
      const answer = (reply: StageReply, script: PlayScript): Promise<void> =>
        reply.stream(script.contentType, streamTogether(script.frames, group));
      const scene = played('streams together with others', sourced, { outcome: 'answered' }, { answer });
      return [togetherScene(index + 1), scene];
    }),
  );
}

async function* streamTogether(frames: readonly string[], group: Together): AsyncGenerator<StreamPiece> {
  const place = group.arrive();
  const half = Math.floor(frames.length / 2);
  const giveUpAt = performance.now() + GATHER_MS;
  let sent = 0;
  while (!group.complete && performance.now() < giveUpAt) {
    const data = sent < half ? (frames[sent++] ?? '') : '';
    yield { data, afterMs: SLOW_MS };
  }
  yield* paced(frames.slice(sent), TOGETHER_MS + place * STEP_MS);
}

/** Counts who has come. */
class Together {
  readonly #expected: number;
  #here = 0;

  constructor(expected: number) {
    this.#expected = expected;
  }

  /** Tells which one this is, from 0. */
  arrive(): number {
    return this.#here++;
  }

  get complete(): boolean {
    return this.#here >= this.#expected;
  }
}
