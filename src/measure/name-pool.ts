import type { OfferedName } from './offered-names.ts';

/** One object for each name, however many of tens of thousands of answers offer it. */
export class NamePool {
  readonly #names = new Map<string, OfferedName>();

  one(offered: OfferedName): OfferedName {
    const key = `${offered.from}\n${offered.url ?? ''}\n${offered.domain ?? ''}\n${offered.name}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    this.#names.set(key, offered);
    return offered;
  }
}
