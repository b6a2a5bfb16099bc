import { storable } from '../contract/storable-text.ts';

const REDACTED = '[redacted]';

/** Replaces what must never be stored (the surface's `redact` patterns) and what cannot be (specs/edge.md T6). Pure. */
export function cleanText(text: string, patterns: readonly RegExp[]): string {
  return patterns.reduce((clean, pattern) => {
    const global = pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`);
    return clean.replace(global, REDACTED);
  }, storable(text));
}
