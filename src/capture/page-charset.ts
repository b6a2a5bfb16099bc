/** A page's bytes as text. */
export interface DecodedPage {
  text: string;
  charset: string;
  /** Places that were no text of the charset and became U+FFFD. */
  undecodable: number;
}

const PRESCAN_BYTES = 4_096;

/**
 * Decodes as browsers do: byte-order mark, header, meta element in the first bytes, else UTF-8. Never fails. `clipped`: more
 * bytes came, so that a character cut at the end is no fault of the page.
 */
export function decodePage(bytes: Buffer, contentType: string | undefined, clipped: boolean): DecodedPage {
  const charset = markOf(bytes) ?? labelled(contentType) ?? labelled(metaOf(bytes)) ?? 'utf-8';
  const text = new TextDecoder(charset).decode(bytes, { stream: clipped });
  const written = charset === 'utf-8' ? writtenReplacements(bytes) : 0;
  return { text, charset, undecodable: text.split('\ufffd').length - 1 - written };
}

const REPLACEMENT = Buffer.from('\ufffd');

/** U+FFFD that the page itself holds, as valid UTF-8. */
function writtenReplacements(bytes: Buffer): number {
  let found = 0;
  for (let at = bytes.indexOf(REPLACEMENT); at !== -1; at = bytes.indexOf(REPLACEMENT, at + 3)) found++;
  return found;
}

function markOf(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 'utf-8' : undefined;
}

function metaOf(bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, PRESCAN_BYTES).toString('latin1');
  const found = /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(head)?.[1];
  // What is written in ASCII cannot be UTF-16, whatever it says (HTML, *prescan a byte stream*).
  return found === undefined ? undefined : `charset=${/^utf-16/i.test(found) ? 'utf-8' : found}`;
}

/** The canonical name of a label this platform can decode. */
function labelled(contentType: string | undefined): string | undefined {
  const label = /charset\s*=\s*["']?\s*([\w:.-]+)/i.exec(contentType ?? '')?.[1];
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined; // A label nobody knows is as good as none.
  }
}
