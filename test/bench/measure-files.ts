import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';

/** Where a line stands in a file, in bytes. */
export interface Line {
  from: number;
  bytes: number;
}

/** JSON values one a line; returns where each stands. */
export async function writeLines(file: string, values: Iterable<unknown>): Promise<Line[]> {
  const out = createWriteStream(file);
  const lines: Line[] = [];
  let from = 0;
  for (const value of values) {
    const line = `${JSON.stringify(value)}\n`;
    const bytes = Buffer.byteLength(line);
    lines.push({ from, bytes });
    from += bytes;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return lines;
}

/** All values, one after the other: never the whole file in memory. */
export async function* readLines(file: string): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: createReadStream(file) })) yield JSON.parse(line);
}

/** Single values from a file, as rows are read from a database. */
export class LineReader {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(file: string): Promise<LineReader> {
    return new LineReader(await open(file));
  }

  async read({ from, bytes }: Line): Promise<unknown> {
    const { buffer } = await this.#file.read(Buffer.allocUnsafe(bytes), 0, bytes, from);
    return JSON.parse(buffer.toString('utf8'));
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
