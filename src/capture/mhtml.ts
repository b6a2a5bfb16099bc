/** One resource of an MHTML archive. */
export interface MhtmlPart {
  contentType: string;
  /** Absolute URL the part stood at, or a `cid:` URL. */
  location: string;
  body: Buffer;
}

/**
 * Reads the MHTML that Chromium writes (RFC 2557: one multipart/related, quoted-printable or base64 parts). Throws
 * when the text is no such archive.
 */
export function parseMhtml(text: string): MhtmlPart[] {
  const boundary = /^Content-Type:\s*multipart\/related;[\s\S]*?boundary="([^"]+)"/im.exec(text)?.[1];
  if (boundary === undefined) throw new Error('not an MHTML archive: no multipart/related boundary');
  return text
    .split(`--${boundary}`)
    .slice(1)
    .flatMap((piece) => {
      const headEnd = piece.search(/\r?\n\r?\n/);
      if (headEnd < 0) return [];
      const head = piece.slice(0, headEnd);
      const body = piece
        .slice(headEnd)
        .replace(/^\r?\n\r?\n/, '')
        .replace(/\r?\n$/, '');
      return [
        {
          contentType:
            (header(head, 'Content-Type') ?? 'application/octet-stream').split(';')[0]?.trim() ?? '',
          location:
            header(head, 'Content-Location') ??
            `cid:${(header(head, 'Content-ID') ?? '').replace(/[<>]/g, '')}`,
          body: decode(body, header(head, 'Content-Transfer-Encoding') ?? ''),
        },
      ];
    });
}

function header(head: string, name: string): string | undefined {
  return new RegExp(`^${name}:\\s*(.*(?:\\r?\\n[ \\t].*)*)$`, 'im')
    .exec(head)?.[1]
    ?.replace(/\r?\n[ \t]+/g, '')
    .trim();
}

function decode(body: string, encoding: string): Buffer {
  if (/base64/i.test(encoding)) return Buffer.from(body, 'base64');
  if (!/quoted-printable/i.test(encoding)) return Buffer.from(body, 'binary');
  const unfolded = body.replace(/=\r?\n/g, '');
  const bytes = unfolded.replace(/=([0-9A-F]{2})/gi, (_match, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}
