import type { BrowserPool } from './browser-pool.ts';

/** Something that is opened when it is first needed. */
export interface OnNeed<T> {
  get(): Promise<T>;
  /** Closes what was opened; nothing when nothing was. */
  close(): Promise<void>;
}

/**
 * The pool of browsers that know only the stage, beside one that leads to the live sites: opened for the first child
 * of a test key, kept until the end. An opening that failed is tried again by the next child.
 */
export function stagePoolOnNeed(
  open: () => Promise<{ pool: BrowserPool; close(): Promise<void> }>,
): OnNeed<BrowserPool> {
  let opened: ReturnType<typeof open> | undefined;
  return {
    get: async () => {
      opened ??= open().catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      return (await opened).pool;
    },
    close: async () => {
      const last = await opened?.catch(() => undefined); // Whoever asked for it has heard why it failed.
      await last?.close();
    },
  };
}
