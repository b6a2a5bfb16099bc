import { stringify } from 'csv-stringify/sync';
import { inertCell } from './cell-guard.ts';

export type Cell = string | number | boolean | null;

export interface CsvOptions {
  /** Begins with U+FEFF, which Excel needs to read UTF-8. */
  bom?: boolean;
}

/** Rows put into one piece: fewer pieces are faster to write, more take less memory. */
const ROWS_PER_PIECE = 500;

/**
 * RFC 4180 in pieces of some hundred rows, so that any number of them can be streamed: a header, CRLF, quotes where
 * needed, null as nothing, text that would be a formula made inert.
 */
export function* csvPieces(
  header: readonly string[],
  rows: Iterable<readonly Cell[]>,
  { bom = false }: CsvOptions = {},
): Generator<string> {
  yield (bom ? '\ufeff' : '') + written([header]);
  let piece: (readonly Cell[])[] = [];
  for (const row of rows) {
    piece.push(row);
    if (piece.length === ROWS_PER_PIECE) {
      yield written(piece);
      piece = [];
    }
  }
  if (piece.length > 0) yield written(piece);
}

function written(rows: readonly (readonly Cell[])[]): string {
  const inert = rows.map((row) => row.map((cell) => (typeof cell === 'string' ? inertCell(cell) : cell)));
  return stringify(inert, { record_delimiter: 'windows', cast: { boolean: String } });
}
