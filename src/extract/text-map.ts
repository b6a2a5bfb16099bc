interface Segment {
  sourceStart: number;
  sourceEnd: number;
  textStart: number;
  textEnd: number;
}

interface Unit extends Segment {
  /** A paragraph, heading, item, cell or code block: the stretch a citation may reach back over. */
  readonly kind: 'unit';
}

/**
 * Text under construction, which knows for each piece where in the source markdown it came from, so that an offset in
 * the markdown can be turned into an offset in the text.
 */
export class TextMap {
  readonly #source: string;
  readonly #segments: Segment[] = [];
  readonly #units: Unit[] = [];
  #text = '';

  constructor(source: string) {
    this.#source = source;
  }

  get text(): string {
    return this.#text;
  }

  get length(): number {
    return this.#text.length;
  }

  /** Appends text that has no place of its own in the source. */
  separator(text: string): void {
    this.#text += text;
  }

  endsWithSeparator(): boolean {
    return this.#text === '' || /[\n\t]$/.test(this.#text);
  }

  /** Takes back what a node that turned out empty had written. */
  truncate(length: number): void {
    this.#text = this.#text.slice(0, length);
    while ((this.#units.at(-1)?.textStart ?? 0) > length) this.#units.pop();
    while ((this.#segments.at(-1)?.textStart ?? 0) > length) this.#segments.pop();
  }

  /** Appends `value`, which stands in the source from `sourceStart` to `sourceEnd`. */
  write(value: string, sourceStart: number, sourceEnd: number): void {
    const textStart = this.#text.length;
    this.#text += value;
    this.#segments.push({ sourceStart, sourceEnd, textStart, textEnd: this.#text.length });
  }

  openUnit(sourceStart: number): void {
    const at = this.#text.length;
    this.#units.push({ kind: 'unit', sourceStart, sourceEnd: sourceStart, textStart: at, textEnd: at });
  }

  closeUnit(sourceEnd: number): void {
    const unit = this.#units.at(-1);
    if (unit === undefined) return;
    unit.sourceEnd = sourceEnd;
    unit.textEnd = this.#text.length;
  }

  /** The text offset of a source offset, and the bounds of the unit it belongs to. */
  place(sourceOffset: number): { at: number; unitStart: number; unitEnd: number } {
    const unit = lastStartingBy(this.#units, sourceOffset);
    const segment = lastStartingBy(this.#segments, sourceOffset);
    const bounds = { unitStart: unit?.textStart ?? 0, unitEnd: unit?.textEnd ?? 0 };
    const at = segment === undefined ? bounds.unitStart : this.#offsetIn(segment, sourceOffset);
    return { at: Math.min(Math.max(at, bounds.unitStart), bounds.unitEnd), ...bounds };
  }

  /** Walks source and text side by side: escapes, entities and line prefixes make the source longer. */
  #offsetIn(segment: Segment, sourceOffset: number): number {
    if (sourceOffset >= segment.sourceEnd) return segment.textEnd;
    let source = segment.sourceStart;
    let text = segment.textStart;
    while (source < sourceOffset && text < segment.textEnd) {
      const char = this.#source[source];
      if (char === this.#text[text]) text++;
      else if (char === '&') {
        const semicolon = this.#source.indexOf(';', source);
        if (semicolon > source && semicolon < segment.sourceEnd) {
          source = semicolon;
          text++;
        }
      }
      source++;
    }
    return text;
  }
}

function lastStartingBy<T extends Segment>(segments: readonly T[], sourceOffset: number): T | undefined {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.sourceStart ?? 0) <= sourceOffset) low = middle + 1;
    else high = middle;
  }
  return segments[low - 1];
}
