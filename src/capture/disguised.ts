const MAGIC: readonly (readonly [string, string])[] = [
  ['%PDF-', 'a PDF'],
  ['\x89PNG', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['GIF8', 'a GIF image'],
  ['PK\x03\x04', 'a ZIP archive'],
];

/** What the first bytes are when they are surely no HTML, whatever a header or a file's name says; else null. Pure. */
export function disguised(bytes: Buffer): string | null {
  // A PDF's header may stand behind white space or a mark (ISO 32000-1, annex H.3.4.1).
  const head = bytes
    .subarray(0, 1_024)
    .toString('latin1')
    .replace(/^(?:\xef\xbb\xbf|[\s\0])+/, '');
  return MAGIC.find(([magic]) => head.startsWith(magic))?.[1] ?? null;
}
