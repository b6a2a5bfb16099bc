/** A page of this many elements is refused: browsers and readers alike would spend minutes on it. */
const MOST_ELEMENTS = 500_000;

/** Whether a page holds too many elements to be read. */
export function isTooMany(elements: number): boolean {
  return elements >= MOST_ELEMENTS;
}

const LESS_THAN = 0x3c;

/** Counts the elements of HTML that comes in pieces, by their opening tags: near enough to refuse what has far too many. */
export class ElementCount {
  #count = 0;
  #tagBegins = false;

  /** Takes the next piece; true once there are too many. */
  add(piece: Buffer): boolean {
    if (this.#tagBegins && isLetter(piece[0])) this.#count++;
    for (let at = piece.indexOf(LESS_THAN); at !== -1; at = piece.indexOf(LESS_THAN, at + 1)) {
      if (isLetter(piece[at + 1])) this.#count++;
    }
    // An empty piece leaves a tag that has just begun where it was.
    if (piece.length > 0) this.#tagBegins = piece.at(-1) === LESS_THAN;
    return isTooMany(this.#count);
  }
}

function isLetter(byte: number | undefined): boolean {
  const lower = (byte ?? 0) | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
