import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { recordFromFile } from '../../src/extract/record-from-file.ts';
import { readCapture } from '../../src/fleet/read-capture.ts';
import { SURFACES } from '../../surfaces/index.ts';
import { percentile, print, spread } from './figures.ts';

const CAPTURES = resolve(import.meta.dirname, '../../../shared/captures');
const ROUNDS = 7;

/** Milliseconds per stored page or stream, warm, whole way from text to Envelope body. */
export async function benchExtract(): Promise<void> {
  if (!existsSync(CAPTURES)) {
    process.stderr.write(`no captures at ${CAPTURES}: nothing to measure\n`);
    return;
  }
  for (const surface of SURFACES) {
    const folder = join(CAPTURES, surface.name);
    const times: number[] = [];
    const speeds: number[] = [];
    for (const name of existsSync(folder) ? (await readdir(folder)).sort() : []) {
      if (
        !/\.(html(\.gz)?|json|txt|jsonl)$/.test(name) ||
        /expected|meta|websearcher|illustrative|api-chat|-sample|airesponse/.test(name)
      )
        continue;
      const bytes = await readFile(join(folder, name));
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      const isPage = /\.html/.test(name);
      const record = recordFromFile({
        surface: surface.name,
        adapterVersion: surface.version,
        ...(isPage ? { html: text } : { transcript: text }),
      });
      const rounds = Array.from({ length: ROUNDS }, () => {
        const started = performance.now();
        readCapture(surface, record);
        return performance.now() - started;
      });
      const ms = percentile(rounds.slice(2), 50);
      times.push(ms);
      speeds.push(text.length / 1e6 / (ms / 1000));
      print({
        bench: 'extract',
        surface: surface.name,
        file: name,
        kind: isPage ? 'page' : 'stream',
        chars: text.length,
        ms,
      });
    }
    if (times.length > 0) {
      print({
        bench: 'extract',
        surface: surface.name,
        total: spread(times),
        mbPerS: percentile(speeds, 50),
      });
    }
  }
}
