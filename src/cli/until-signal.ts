import type { Log } from '../platform/log.ts';

/**
 * Resolves at the first SIGTERM, SIGINT or SIGHUP, or when the launcher that started this process is gone. A second
 * signal ends the process at once.
 */
export function untilSignal(log: Log): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: string): void => {
      if (asked) {
        log.warn({ signal }, 'second signal: ending at once');
        process.exit(1);
      }
      asked = true;
      log.info({ signal }, 'stopping');
      resolve(signal);
    };
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
    process.once('disconnect', () => stop('launcher gone'));
  });
}
