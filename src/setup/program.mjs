import { spawn } from 'node:child_process';

/**
 * Runs a program to its end; its output goes to stderr. Resolves with `{ code, output }`: the exit code (127 when it
 * could not be started), and the last lines it wrote.
 */
export function runProgram(file, args, options = {}) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk) => {
      output = (output + chunk).slice(-4000);
      process.stderr.write(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The line of a program's output that says most about why it failed; stack frames say nothing to a person. */
export function reasonIn(output) {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('at '));
  const telling = /\b([Ee]rror|ERR!|[Ff]ail(ed|ure)|E[A-Z]{4,})\b|^E: /;
  return lines.findLast((line) => telling.test(line)) ?? lines.at(-1) ?? 'it said nothing';
}
