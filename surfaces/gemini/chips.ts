import { plainName, type SourceCard } from './source-cards.ts';

/** What a chip says: the first source's name, and how many further ones it stands for. */
export interface ChipLabel {
  name: string;
  others: number;
}

/** Reads "Site" or "Site + 2". */
export function readLabel(text: string): ChipLabel {
  const match = /^(.*?)\s*\+\s*(\d+)$/su.exec(text.trim());
  return match === null
    ? { name: text.trim(), others: 0 }
    : { name: (match[1] ?? '').trim(), others: Number(match[2]) };
}

function isNamed(card: SourceCard | undefined, name: string): boolean {
  const plain = plainName(name);
  if (card === undefined || plain === '') return false;
  // A long label may be the beginning of a title.
  return card.names.some((known) => known === plain || (plain.length >= 8 && known.startsWith(plain)));
}

/**
 * Which cards each chip stands for. Chips carry no address (gemini.md e): where the panel lists exactly as many sources
 * as the chips name, in an order that agrees with every chip, it is read in step; otherwise a chip stands for the one
 * card of its name (the k-th chip of a name for the k-th such card), and "+ 2" stays unresolved. Pure.
 */
export function resolveChips(labels: readonly ChipLabel[], cards: readonly SourceCard[]): string[][] {
  const starts: number[] = [];
  let total = 0;
  for (const { others } of labels) {
    starts.push(total);
    total += 1 + others;
  }
  const inStep =
    total === cards.length && labels.every(({ name }, index) => isNamed(cards[starts[index] ?? 0], name));
  if (inStep)
    return labels.map(({ others }, index) => {
      const start = starts[index] ?? 0;
      return cards.slice(start, start + 1 + others).map(({ draft }) => draft.key);
    });
  const met = new Map<string, number>();
  return labels.map(({ name }) => {
    const named = cards.filter((card) => isNamed(card, name));
    const turn = met.get(plainName(name)) ?? 0;
    met.set(plainName(name), turn + 1);
    const card = named[Math.min(turn, named.length - 1)];
    return card === undefined ? [] : [card.draft.key];
  });
}
