import { parse } from 'tldts';
import { startsWithCapital } from './sentence-place.ts';

/** What ends a URL or e-mail address written into a sentence; scripts without spaces do. */
const OUTSIDE =
  /[\s<>"“”„«»()[\]{}|、。，！？；：「」『』（）【】《》*`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

const TRAILING = /[.,;:!?'’…]+$/u;

/** The unbroken piece of text around a range. */
function pieceAround(text: string, start: number, end: number): [number, number] {
  let from = start;
  let to = end;
  while (from > 0 && !OUTSIDE.test(text[from - 1] ?? ' ')) from -= 1;
  while (to < text.length && !OUTSIDE.test(text[to] ?? ' ')) to += 1;
  return [from, to - (TRAILING.exec(text.slice(end, to))?.[0].length ?? 0)];
}

/** A host as people write one: all in one case, an ending of the public list, ASCII after a dot. */
function isHost(text: string): boolean {
  if (!/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*\.[a-z]{2,}$/u.test(text)) return false;
  const { isIcann, domain } = parse(text);
  return isIcann === true && domain !== null;
}

/**
 * Whether a name at `[start, end)` is part of a URL, an e-mail address or a longer host written as text. A name that is
 * itself the whole host (`Booking.com`) is a name, and so is one with a capital that begins a host alone (`Amazon.de`).
 */
export function insideBareUrl(text: string, start: number, end: number): boolean {
  const [from, to] = pieceAround(text, start, end);
  if (from === start && to <= end) return false;
  const piece = text.slice(from, Math.max(to, end));
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(piece) || /^www\./i.test(piece)) return true;
  const authority = piece.split(/[/?#]/)[0] ?? '';
  const host = authority.split('@').at(-1)?.replace(/:\d+$/, '') ?? '';
  if (!authority.includes('.') || !isHost(host)) return false;
  if (authority.includes('@') || piece !== host) return true;
  const isShop = from === start && host.indexOf('.') === end - start && startsWithCapital(host);
  return !isShop && piece !== text.slice(start, end);
}
