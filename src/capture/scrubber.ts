import { storable } from '../contract/storable-text.ts';

const REDACTED = '[redacted]';

/** Where pages of signed-in visitors write the account's address: account menus and session JSON (seen 2026-06). */
const ACCOUNT_ADDRESS = [
  /Google Account:[^"<]{0,120}?([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g,
  /(?:"|&quot;|\\")(?:email|email_address|userEmail|accountEmail)(?:"|&quot;|\\")\s*:\s*(?:"|&quot;|\\")([\w.+-]+@[\w-]+(?:\.[\w-]+)+)/gi,
];

/** Addresses of the account that a page shows. Addresses an answer mentions are not the account's and stay. Pure. */
export function accountAddresses(html: string): string[] {
  const found = ACCOUNT_ADDRESS.flatMap((pattern) =>
    [...html.matchAll(pattern)].map((match) => match[1] ?? ''),
  );
  return [...new Set(found)].filter((address) => address !== '');
}

/** Escapes, classes, openings of groups, and what else gives a pattern its shape. */
const SHAPE = /\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:<?[=!]|:|<\w+>))?|[)|^$]/gs;
/** What depends on more than its own characters, or is referred to: groups but `(?:`, edges, back references. */
const DEPENDENT = /^(?:\((?!\?:$)|[\^$]|\\[bBk1-9])/;

/**
 * What must stand before everything that the pattern matches (`(?<=…)`), to be searched for by itself: looking back from
 * every character of a page takes twenty times as long as looking for it. Undefined where the pattern is not of that kind.
 */
function whatStandsBefore({ source, flags }: RegExp): RegExp | undefined {
  if (!source.startsWith('(?<=') || /[vy]/.test(flags)) return undefined;
  let depth = 0;
  let end: number | undefined;
  for (const { 0: part, index } of source.matchAll(SHAPE)) {
    if (part === '|' && depth === 0) return undefined;
    if (end === undefined && index > 0 && DEPENDENT.test(part)) return undefined;
    if (part.startsWith('(')) depth++;
    if (part === ')' && --depth === 0) end ??= index;
  }
  return new RegExp(source.slice('(?<='.length, end), flags.replace('g', ''));
}

/**
 * Takes out of captured text what must never be stored, and counts it by kind: the surface's own patterns (`token`),
 * values of the profile that was used (`profile`), the account's addresses (`address`). What cannot be stored at all
 * (U+0000, lone surrogates) is mended on the way.
 */
export class Scrubber {
  readonly #patterns: readonly { pattern: RegExp; before: RegExp | undefined }[];
  readonly #values: { kind: 'profile' | 'address'; value: string }[];
  readonly #removed: Record<string, number> = {};

  constructor(patterns: readonly RegExp[], secrets: readonly string[], addresses: readonly string[]) {
    this.#patterns = patterns.map((pattern) => ({
      pattern: pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`),
      before: whatStandsBefore(pattern),
    }));
    const values = [
      ...secrets.map((value) => ({ kind: 'profile' as const, value })),
      ...addresses.map((value) => ({ kind: 'address' as const, value })),
    ];
    // Longest first, so that no secret survives as the rest of a shorter one.
    this.#values = values.sort((a, b) => b.value.length - a.value.length);
  }

  clean(text: string): string {
    let clean = storable(text);
    for (const { pattern, before } of this.#patterns) {
      const from = before === undefined ? 0 : clean.search(before);
      if (from === -1) continue;
      // What is looked back for stands nowhere before `from`.
      const rest = from === 0 ? clean : clean.slice(from);
      const cleaned = rest.replace(pattern, () => this.#count('token'));
      if (cleaned !== rest) clean = from === 0 ? cleaned : clean.slice(0, from) + cleaned;
    }
    for (const { kind, value } of this.#values) {
      if (clean.includes(value)) clean = clean.replaceAll(value, () => this.#count(kind));
    }
    return clean;
  }

  /** What was removed so far, by kind. */
  get removed(): Record<string, number> {
    return { ...this.#removed };
  }

  #count(kind: string): string {
    this.#removed[kind] = (this.#removed[kind] ?? 0) + 1;
    return REDACTED;
  }
}
