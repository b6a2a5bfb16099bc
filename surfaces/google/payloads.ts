import type { AnyNode } from '../../src/extract/dom.ts';
import { type CheerioAPI, commentsOf } from '../../src/extract/dom.ts';
import { parseJson } from '../../src/extract/framing.ts';

/** A source as a payload tells it. */
export interface SourcePayload {
  id: string;
  title: string | null;
  snippet: string | null;
  publisher: string | null;
  /** Real destination, or Google's redirect, or null where only the id is told. */
  url: string | null;
  /** `https://domain` of the site. */
  origin: string | null;
  favicon: string | null;
}

/** What the page's payloads say: which sources a citation button names, and what is known of each source. */
export interface CitationPayloads {
  /** Button uuid → source ids in order, new sources and back-references alike. */
  idsByUuid: ReadonlyMap<string, readonly string[]>;
  sources: ReadonlyMap<string, SourcePayload>;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SOURCE_ID = /^\d{1,7}$/;
/** A token, bars, JSON: `Sv6Kpe[[…]]` (≤ 2026-02), `TgQPHd|[[…]]` … `TgQPHd|||[[…]]` (2026-05 → 2026-10). */
const PAYLOAD = /^[\w/;|:.-]{4,400}?(\[[\s\S]*)$/;
/** Where ~3 % of pages of 2026-05 keep the same payloads: `(j.lDPB=j.lDPB||[]).push([["jsid","escaped json"]])`. */
const SCRIPT_PUSH = /\.push\((\[\["[\s\S]*?\]\])\)/g;

/**
 * Reads the payloads of a subtree's comments and of the page's scripts. They are told by
 * shape, never by their token or by field places, both of which drifted (google_ai_overview.md 4.3): a header has a
 * uuid alone, a new source a uuid and an array that describes it, a back-reference a uuid and an id, a card only the
 * description. Pure; what is no payload is skipped.
 */
export function readPayloads($: CheerioAPI, root: AnyNode): CitationPayloads {
  const reading = new PayloadReading();
  for (const comment of commentsOf(root)) {
    const json = PAYLOAD.exec(comment.trim())?.[1];
    if (json !== undefined && json.length > 4) reading.take(parseJson(unescapeHtml(json)));
  }
  readScripts($, reading);
  return reading;
}

function readScripts($: CheerioAPI, reading: PayloadReading): void {
  for (const script of $('script').toArray()) {
    const text = $(script).text();
    if (!text.includes('lDPB')) continue;
    for (const push of text.matchAll(SCRIPT_PUSH)) {
      const entries = parseJson((push[1] ?? '').replace(/\\x([0-9a-f]{2})/gi, '\\u00$1'));
      for (const entry of Array.isArray(entries) ? entries : []) {
        const [, payload] = Array.isArray(entry) ? entry : [];
        if (typeof payload === 'string') reading.take(parseJson(unescapeHtml(payload.replace(/^[^[]*/, ''))));
      }
    }
  }
}

class PayloadReading implements CitationPayloads {
  readonly idsByUuid = new Map<string, string[]>();
  readonly sources = new Map<string, SourcePayload>();

  /** Takes one decoded payload: an outer array around one record. */
  take(value: unknown): void {
    if (!Array.isArray(value)) return;
    const records: unknown[][] = Array.isArray(value[0])
      ? value.filter((item) => Array.isArray(item))
      : [value];
    for (const record of records) this.#record(record);
  }

  #record(record: readonly unknown[]): void {
    const uuid = record.find((item): item is string => typeof item === 'string' && UUID.test(item));
    const described = [record, ...record.filter((item) => Array.isArray(item))].find((item) =>
      describesSource(item),
    );
    if (described !== undefined && described !== record) {
      this.#add(uuid, readDescription(described));
    } else if (described === record) {
      this.#add(undefined, readDescription(record));
    } else if (uuid !== undefined) {
      const id = record.find((item): item is string => typeof item === 'string' && SOURCE_ID.test(item));
      if (id !== undefined) this.#add(uuid, { ...readDescription(record), id, title: null, snippet: null });
    }
  }

  #add(uuid: string | undefined, source: SourcePayload): void {
    if (uuid !== undefined) {
      const ids = this.idsByUuid.get(uuid) ?? [];
      if (!ids.includes(source.id)) ids.push(source.id);
      this.idsByUuid.set(uuid, ids);
    }
    const known = this.sources.get(source.id);
    this.sources.set(source.id, known === undefined ? source : fillIn(known, source));
  }
}

function fillIn(known: SourcePayload, other: SourcePayload): SourcePayload {
  return {
    id: known.id,
    title: known.title ?? other.title,
    snippet: known.snippet ?? other.snippet,
    publisher: known.publisher ?? other.publisher,
    url: known.url ?? other.url,
    origin: known.origin ?? other.origin,
    favicon: known.favicon ?? other.favicon,
  };
}

/** A description has an id, words, and a web address or a publisher, at its own level; and no uuid. */
function describesSource(value: unknown): value is unknown[] {
  if (!Array.isArray(value)) return false;
  const strings = value.filter((item) => typeof item === 'string');
  if (strings.some((item) => UUID.test(item))) return false;
  const hasId = strings.some((item) => SOURCE_ID.test(item));
  const hasWords = strings.some((item) => item !== '' && !isAddress(item) && !SOURCE_ID.test(item));
  return hasId && hasWords && (strings.some((item) => isAddress(item)) || value.some(isPublisher));
}

function isAddress(text: string): boolean {
  return /^(?:https?:\/\/|\/goto\?|\/url\?)/i.test(text);
}

function isPublisher(value: unknown): value is [string] {
  return (
    Array.isArray(value) &&
    value.length === 1 &&
    typeof value[0] === 'string' &&
    value[0] !== '' &&
    !isAddress(value[0])
  );
}

function readDescription(record: readonly unknown[]): SourcePayload {
  const strings = record.filter((item): item is string => typeof item === 'string' && item !== '');
  const addresses = strings.filter((item) => isAddress(item));
  const favicon = addresses.find((item) => /faviconV2|\/favicon/i.test(item)) ?? null;
  const pages = addresses.filter(
    (item) => item !== favicon && !/^https?:\/\/[\w.-]*gstatic\.com\//.test(item),
  );
  const idAt = idPlace(record);
  const isTitleOfDigits = (item: string): boolean => item === record[0] && idAt !== 0;
  const words = strings.filter((item) => !isAddress(item) && !UUID.test(item));
  const [title = null, snippet = null] = words.filter(
    (item) => !SOURCE_ID.test(item) || isTitleOfDigits(item),
  );
  const publisher = record.find(isPublisher)?.[0] ?? null;
  return { id: String(record[idAt] ?? ''), title, snippet, publisher, favicon, ...addressesOf(pages) };
}

/** The id's own place is 8 (2025-11 → 2026-06); a title may be all digits, so elsewhere the last such string counts. */
function idPlace(record: readonly unknown[]): number {
  const isId = (item: unknown): boolean => typeof item === 'string' && SOURCE_ID.test(item);
  return isId(record[8]) ? 8 : record.findLastIndex(isId);
}

/** A bare origin names the site; the page is the address with a path, or the last where none has one. */
function addressesOf(pages: readonly string[]): Pick<SourcePayload, 'url' | 'origin'> {
  const isOrigin = (address: string): boolean => /^https?:\/\/[^/?#]+\/?$/i.test(address);
  const url = pages.find((address) => !isOrigin(address)) ?? pages.at(-1) ?? null;
  return { url, origin: pages.find((address) => isOrigin(address)) ?? null };
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };

/** Comments are not decoded by an HTML parser, so their escapes are still there. */
function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(quot|apos|lt|gt|amp));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
