/**
 * The `uule` location parameter, version 1: protobuf {1: 2, 2: 32, 4: name} in base64 after `w+` (google_search.md 5,
 * 2026-11). The length is a varint, so names of 128 bytes and more work too. Google may ignore it (reported 2026-08):
 * the effective region is always read back.
 */
export function uule(canonicalName: string): string {
  const name = new TextEncoder().encode(canonicalName);
  const bytes = Uint8Array.from([0x08, 0x02, 0x10, 0x20, 0x22, ...varint(name.length), ...name]);
  return `w+${btoa(String.fromCharCode(...bytes))}`;
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
