import type { Exchange } from '../../src/contract/capture-record.ts';
import { type CheerioAPI, type Element, isElement, parseHtml } from '../../src/extract/dom.ts';
import { bodyOf } from '../../src/extract/framing.ts';
import { isAnswerStream, isStreamEnd } from './stream-end.ts';

/** The page the answer's stream builds, by itself. */
export interface StreamedPage {
  $: CheerioAPI;
  /** The stream came to its own end. */
  complete: boolean;
}

/** The stream refuses to answer without a check: an empty batch (google_ai_mode.md a). */
const REFUSED = /^\)\]\}'\s*\[\s*""\s*\]\s*$/;

/** The last answer stream, as a page of its own; undefined where none brought markup. */
export function streamedPage(transcript: readonly Exchange[]): StreamedPage | undefined {
  const exchange = transcript.filter(isMarkup).at(-1);
  if (exchange === undefined) return undefined;
  const $ = parseHtml(withoutRecords(bodyOf(exchange)));
  place($);
  return { $, complete: isStreamEnd(exchange) };
}

/** True when the answer's endpoint sent the browser to the check page or refused it. */
export function isStreamChallenged(transcript: readonly Exchange[]): boolean {
  const last = transcript.filter(isAnswerStream).at(-1);
  if (last === undefined) return transcript.some(({ url }) => /\/sorry\/index/.test(url));
  return last.status === 429 || REFUSED.test(bodyOf(last).trim());
}

/** True when the answer was asked for and its stream did not come to its end. */
export function isStreamBroken(transcript: readonly Exchange[]): boolean {
  const last = transcript.filter(isAnswerStream).at(-1);
  return last !== undefined && !isStreamEnd(last);
}

/** A stored stream may lie in a file that does not tell where it came from. */
function isMarkup(exchange: Exchange): boolean {
  if (exchange.status !== null && exchange.status >= 400) return false;
  const isAnswer = isAnswerStream(exchange) || /^(?:text\/html)\b/.test(exchange.contentType ?? '');
  return isAnswer && bodyOf(exchange).includes('<');
}

/**
 * `_fmt:madl` frames the markup in records `<hex length>;<text>`, by twos: a type and its data; markup has an empty
 * type or `message` (read from Google's client of 2026-05-30). `_fmt:adl` is markup as it is.
 */
export function withoutRecords(body: string): string {
  if (!/^[0-9a-f]{1,8};/i.test(body)) return body;
  const texts: string[] = [];
  for (let at = 0; at < body.length; ) {
    const head = /^([0-9a-f]{1,8});/i.exec(body.slice(at, at + 9));
    if (head === null) break;
    const start = at + head[0].length;
    const end = start + Number.parseInt(head[1] ?? '0', 16);
    texts.push(body.slice(start, end));
    at = end;
  }
  return texts
    .flatMap((type, index) =>
      index % 2 === 0 && (type === '' || type === 'message') ? (texts[index + 1] ?? []) : [],
    )
    .join('');
}

/**
 * Moves pieces to where they say: `data-target-container-id` names the container (the last of that name), `data-sn-op`
 * says 0 add the piece, 1 put it in place of what is there, 2 add what is in it. A piece without a place stays.
 */
function place($: CheerioAPI): void {
  for (const piece of $('[data-target-container-id]').toArray()) {
    const { 'data-target-container-id': id = '', 'data-sn-op': op = '0' } = piece.attribs;
    const target = $('[data-container-id]')
      .toArray()
      .filter((element) => element.attribs['data-container-id'] === id && !contains(piece, element))
      .at(-1);
    if (target === undefined) continue;
    delete piece.attribs['data-target-container-id'];
    delete piece.attribs['data-sn-op'];
    if (op === '1') $(target).empty();
    $(target).append(op === '2' ? $(piece).contents() : $(piece));
    if (op === '2') $(piece).remove();
  }
}

function contains(outer: Element, inner: Element): boolean {
  for (let node = inner.parent; node !== null && isElement(node); node = node.parent)
    if (node === outer) return true;
  return outer === inner;
}
