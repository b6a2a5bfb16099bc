/** Work that is done again and again. */
export interface Rounds {
  /** Starts no more; resolves when the round under way is over. */
  stop(): Promise<void>;
}

export interface RoundsOptions {
  /** One round; `stopping` tells a long one to leave off early. */
  round(stopping: () => boolean): Promise<void>;
  /** Between the end of one round and the next. */
  everyMs: number;
  /** A round failed; the next one tries again. */
  failed(error: unknown): void;
}

/** Does a round at once, and another `everyMs` after each has ended: never two at a time, whatever fails. */
export function startRounds({ round, everyMs, failed }: RoundsOptions): Rounds {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const once = async (): Promise<void> => {
    try {
      await round(() => stopped);
    } catch (error) {
      failed(error);
    }
    if (!stopped) timer = setTimeout(() => (running = once()), everyMs);
  };
  let running = once();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
