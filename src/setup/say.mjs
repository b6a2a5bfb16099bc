/** A failure of the set-up that one line explains: what went wrong and what to do. */
export class SetupError extends Error {}

/** Tells the person at the terminal what set-up does. On stderr: stdout belongs to the command that follows. */
export function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}
