import { parse } from 'tldts';
import { startsWithCapital } from './sentence-place.ts';

/** What ends a URL or e-mail address written into a sentence; scripts without spaces do. */
const OUTSIDE =
  /[\s<>"“”„«»()[\]{}|、。，！？；：「」『』（）【】《》*`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
/** Signs after an address that belong to the sentence. */
const TRAILING: ReadonlySet<string> = new Set(".,;:!?'’…");
/** The longest host name (RFC 1035). */
const LONGEST_HOST = 253;

/** An unbroken piece of text, `[from, to)`, and what it is. */
interface Piece {
  from: number;
  /** Where it breaks off, and where it ends without the signs of the sentence. */
  breaksAt: number;
  to: number;
  kind: 'url' | 'address' | 'host' | 'text';
  host: string;
}

/**
 * Tells names that are part of a URL, an e-mail address or a longer host written as text from names in sentences. Asked
 * in the order of the text it reads every character once.
 */
export class BareUrls {
  readonly #text: string;
  #piece: Piece | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Whether `[start, end)` is inside one. A name that is itself the whole host (`Booking.com`) is a name, and so is one
   * with a capital that begins a host standing alone (`Amazon.de`).
   */
  holds(start: number, end: number): boolean {
    const known = this.#piece;
    const piece = known !== null && start >= known.from && start < known.breaksAt ? known : this.#read(start);
    this.#piece = piece;
    const { from, to, kind, host } = piece;
    if (kind !== 'host') return kind !== 'text' && !(from === start && to <= end);
    const isWhole = from === start && to <= end;
    const isShop = from === start && host.indexOf('.') === end - start && startsWithCapital(host);
    return !isWhole && !isShop;
  }

  #read(start: number): Piece {
    const text = this.#text;
    let from = start;
    let breaksAt = start;
    while (from > 0 && !OUTSIDE.test(text[from - 1] ?? ' ')) from -= 1;
    while (breaksAt < text.length && !OUTSIDE.test(text[breaksAt] ?? ' ')) breaksAt += 1;
    let to = breaksAt;
    while (to > from && TRAILING.has(text[to - 1] ?? '')) to -= 1;
    return { from, breaksAt, to, ...kindOf(text.slice(from, to)) };
  }
}

function kindOf(piece: string): Pick<Piece, 'kind' | 'host'> {
  if (/^[a-z][a-z0-9+.-]{0,20}:\/\//i.test(piece) || /^www\./i.test(piece)) return { kind: 'url', host: '' };
  const authority = piece.split(/[/?#]/, 1)[0] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d{1,5}$/, '');
  if (!isHost(host)) return { kind: 'text', host };
  if (authority.includes('@')) return { kind: 'address', host };
  return { kind: piece === host ? 'host' : 'url', host };
}

/** A host as people write one: an ending of the public list in small letters after a dot. */
function isHost(text: string): boolean {
  if (text.length > LONGEST_HOST || !/^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.[a-z]{2,}$/u.test(text))
    return false;
  const { isIcann, domain } = parse(text);
  return isIcann === true && domain !== null;
}
