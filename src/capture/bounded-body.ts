import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** What was read of a body. */
export interface BoundedBody {
  bytes: Buffer;
  /** Bytes that came, after decompression. */
  received: number;
  clipped: boolean;
}

export class BodyTooLarge extends Error {
  constructor(most: number) {
    super(`more than ${most} bytes`);
    this.name = 'BodyTooLarge';
  }
}

/**
 * Reads a body piece by piece: `keep` bytes are held, more is counted and let go, beyond `most` reading ends with
 * BodyTooLarge. What is counted is decompressed, so a small answer that unpacks to gigabytes ends there too. `seen` is told
 * every piece, also of what is let go; what it throws ends the reading.
 */
export async function readBounded(
  body: Readable,
  encoding: string | undefined,
  limits: { keep: number; most: number; seen?: (piece: Buffer) => void },
): Promise<BoundedBody> {
  const kept: Buffer[] = [];
  let received = 0;
  let held = 0;
  const plain = decompressed(body, encoding);
  try {
    for await (const chunk of plain) {
      const bytes = Buffer.from(chunk);
      received += bytes.length;
      if (received > limits.most) throw new BodyTooLarge(limits.most);
      limits.seen?.(bytes);
      if (held >= limits.keep) continue;
      const part = bytes.subarray(0, limits.keep - held);
      kept.push(part);
      held += part.length;
    }
  } finally {
    // Both ends: a decompressor that is left alone holds its source open.
    plain.destroy();
    body.destroy();
  }
  return { bytes: Buffer.concat(kept), received, clipped: received > held };
}

function decompressed(body: Readable, encoding: string | undefined): Readable {
  const through = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  }[encoding?.trim().toLowerCase() ?? ''];
  if (through === undefined) return body;
  const plain = through();
  body.on('error', (error) => plain.destroy(error));
  return body.pipe(plain);
}
