/** What every contestant is told, as JSON in its first argument. */
export const order = JSON.parse(process.argv[2] ?? '{}');

/** The same arguments for all: no name leads out of the machine, the stage's certificates are its own. */
export const browserArgs = [
  `--host-resolver-rules=MAP * 127.0.0.1:${order.stagePort}`,
  '--ignore-certificate-errors',
  '--disable-quic',
  '--no-first-run',
  '--disable-sync',
];

/** The page's composer is dead for so long after it shows; what is typed earlier is lost. */
export const HYDRATION_MS = 150;

export const VIEWPORT = { width: 1280, height: 900 };

/** The order with the sandbox off where Chromium refuses it (root). */
export const withoutSandbox = process.getuid?.() === 0;

/**
 * Answers the bench: told `{captures}`, it makes so many with `round` and tells `{ok, failed}`; when the bench goes
 * away, so does it. Call it when everything is warm.
 */
export function serve(round, close) {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ captures }) => {
    if (captures > 0) {
      process.send(await round(captures));
      return;
    }
    await close();
    process.disconnect();
  });
  process.send({ ready: true });
}

/** `count` times `one`, `order.concurrency` at once. */
export async function atOnce(count, one) {
  const tally = { ok: 0, failed: 0 };
  let begun = 0;
  const lane = async () => {
    while (begun++ < count) {
      try {
        await one();
        tally.ok++;
      } catch (error) {
        tally.failed++;
        tally.firstFailure ??= String(error);
      }
    }
  };
  await Promise.all(Array.from({ length: order.concurrency }, lane));
  return tally;
}

/** What a capture gave; a capture without answer, page or picture is a failed one. */
export function check({ html, shot }) {
  if (!html.includes(order.proof)) throw new Error('the answer is not in the page');
  if (shot.length < 10_000) throw new Error('the picture is empty');
}
