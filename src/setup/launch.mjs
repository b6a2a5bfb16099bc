import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { nodeOf } from './packages.mjs';
import { SetupError } from './say.mjs';

/** The descriptor, in the program, of the pipe that tells it that the launcher is alive. */
const PIPE_FD = 3;
const FORWARDED = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/** cli.ts keeps compiled code for the next run, but can say so only once it has been compiled itself: a third of what it saves. */
function environment(root, [file]) {
  return {
    ...(file === 'src/cli.ts' ? { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/fleet') } : {}),
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
  };
}

/** Runs a Node program as a child; resolves with its exit code, or ends this process by the signal that ended it. */
export function runNode(root, program) {
  const follow = new URL('follow-launcher.mjs', import.meta.url).href;
  const child = spawn(nodeOf(root), ['--import', follow, ...program], {
    env: { ...environment(root, program), FLEET_LAUNCHER_FD: String(PIPE_FD) },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  for (const signal of FORWARDED) {
    // On a terminal, Ctrl-C reaches the whole group: a forwarded one would count as a second.
    const byTerminal = signal === 'SIGINT' && process.stdin.isTTY;
    process.on(signal, () => (byTerminal ? undefined : child.kill(signal)));
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(
        new SetupError(
          `${nodeOf(root)} cannot be started (${error.message}); remove node_modules and try again`,
        ),
      );
    });
    child.once('exit', (code, signal) => {
      for (const name of FORWARDED) process.removeAllListeners(name);
      if (signal === null) resolve(code ?? 1);
      else if (FORWARDED.includes(signal) || signal === 'SIGKILL') process.kill(process.pid, signal);
      else resolve(128 + (constants.signals[signal] ?? 0));
    });
  });
}

/**
 * Turns this very process into the Node program where that is possible (Node ≥ 22.15; not on Windows), so that
 * signals reach it and nothing stands between; else runs it as a child. Resolves with the exit code.
 */
export async function becomeNode(root, program) {
  if (typeof process.execve === 'function') {
    const node = nodeOf(root);
    try {
      process.execve(node, [node, ...program], environment(root, program));
    } catch {
      // Refused here (a sandbox, a platform without it): the child below does the same work.
    }
  }
  return await runNode(root, program);
}
