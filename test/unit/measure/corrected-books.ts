import fc from 'fast-check';
import type { Brand, BrandBook, BrandTerm } from '../../../src/contract/brand-book.ts';
import { type Envelope, NO_ARTIFACTS } from '../../../src/contract/envelope.ts';
import { compose } from '../../../src/extract/compose.ts';
import type { Prompt } from '../../../src/measure/observation.ts';
import { type Reading, ReportReader } from '../../../src/measure/report-reader.ts';

/** Everyday words, names with inner capitals, of several scripts, with dots and gaps, and names inside names. */
const NAMES = [
  ...[
    'Apple',
    'Orange',
    'Visa',
    'Slack',
    'Apple Watch',
    'HubField',
    'Marimekko',
    'İstanbul Kart',
    'Migros',
    'AA',
  ],
  ...['365', 'Tesla', '苹果', 'Аврора', 'safe-while', 'simple', 'C++', 'Iğdır', 'Monday.com', 'Constructor'],
];
const DOMAINS = ['apple.com', 'shop.apple.com', 'hubfield.io', 'youtube.com/@visa', 'x.org'];

type DrawnTerm = Omit<BrandTerm, 'id'>;
export type DrawnBrand = Pick<Brand, 'domains' | 'deny'> & { terms: DrawnTerm[] };

const term: fc.Arbitrary<DrawnTerm> = fc.record({
  text: fc.constantFrom(...NAMES),
  kind: fc.constantFrom('name', 'alias', 'product'),
  language: fc.option(fc.constantFrom('en', 'tr', 'fi', 'ru'), { nil: null, freq: 5 }),
  caseSensitive: fc.boolean(),
  minContext: fc.constantFrom<string[]>([], [], [], ['cloud']),
});

export const brand: fc.Arbitrary<DrawnBrand> = fc.record({
  terms: fc.array(term, { minLength: 1, maxLength: 3 }),
  domains: fc.subarray(DOMAINS, { maxLength: 2 }),
  deny: fc.subarray(['apple pie', 'orange juice', 'marimekko dress'], { maxLength: 1 }),
});

/** Ids that stay when another brand or term is added or taken away, as those of a book in a file. */
export function bookOf(drawn: ReadonlyMap<string, DrawnBrand>): BrandBook {
  return {
    brands: [...drawn].map(([id, { terms, domains, deny }], index): Brand => {
      const named = new Map(terms.map((own) => [`${id}/${own.text}`, own]));
      return {
        ...{ id, name: id, own: index === 0, domains, deny, facts: null },
        terms: [...named].map(([termId, own]): BrandTerm => ({ ...own, id: termId })),
      };
    }),
  };
}

export type Correction = (book: Map<string, DrawnBrand>) => void;

const withBrand =
  (at: number, change: (own: DrawnBrand) => DrawnBrand): Correction =>
  (book) => {
    const id = [...book.keys()][at % book.size];
    const own = id === undefined ? undefined : book.get(id);
    if (id !== undefined && own !== undefined) book.set(id, change(own));
  };

const at = fc.nat(5);
const addTerm = (added: DrawnTerm) => (own: DrawnBrand) => ({ ...own, terms: [...own.terms, added] });

export const correction: fc.Arbitrary<Correction> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(at, term).map(([one, added]) => withBrand(one, addTerm(added))) },
  {
    weight: 2,
    arbitrary: at.map((one) => withBrand(one, (own) => ({ ...own, terms: own.terms.slice(0, -1) }))),
  },
  fc.tuple(at, at).map(
    ([from, to]): Correction =>
      (book) => {
        const moved = book.get([...book.keys()][from % book.size] ?? '')?.terms.at(-1);
        if (moved === undefined) return;
        withBrand(from, (own) => ({ ...own, terms: own.terms.slice(0, -1) }))(book);
        withBrand(to, addTerm(moved))(book);
      },
  ),
  fc
    .tuple(at, fc.constantFrom('apple pie', 'visa slack', 'safe'))
    .map(([one, phrase]) => withBrand(one, (own) => ({ ...own, deny: [...own.deny, phrase] }))),
  fc
    .tuple(at, fc.constantFrom('cloud', 'payments'))
    .map(([one, word]) =>
      withBrand(one, (own) => ({ ...own, terms: own.terms.map((t) => ({ ...t, minContext: [word] })) })),
    ),
  fc.tuple(at, fc.subarray(DOMAINS)).map(([one, domains]) => withBrand(one, (own) => ({ ...own, domains }))),
  brand.map(
    (own): Correction =>
      (book) =>
        void book.set('added', own),
  ),
  at.map(
    (one): Correction =>
      (book) =>
        void book.delete([...book.keys()][one % book.size] ?? ''),
  ),
  fc.constant<Correction>((book) => {
    const turned = [...book].reverse();
    book.clear();
    for (const [id, own] of turned) book.set(id, own);
  }),
  fc.constant<Correction>(() => undefined),
);

/** Names as answers write them, and what stands around them. */
const piece = fc.oneof(
  fc
    .tuple(fc.constantFrom(...NAMES), fc.constantFrom('', '', '', 's', 'n', 'kon', '’ın', 'de', 'ы', ' Pro'))
    .chain(([name, ending]) =>
      fc
        .constantFrom(name, name.toLowerCase(), name.toUpperCase(), name.replace(/[ -]/, ''))
        .map((own) => own + ending),
    ),
  fc.constantFrom(
    'apple pie',
    'orange juice',
    'cloud',
    'payments Inc',
    'https://apple.com/x',
    '`visa`',
    '[AP Suite](https://apple.com/)',
    '[HubField](https://hubfield.io/en)',
    'Acme Tools',
  ),
  fc.constantFrom(
    ',',
    'and',
    '.',
    '\n',
    '\n\n- ',
    '\n\n1. **',
    '**:',
    '\n\n## ',
    '\n\n| A | B |\n|---|---|\n| ',
  ),
  fc.constantFrom(
    'The best of the options that you have is with the one for your team',
    'Bu şehirde en iyi seçenek için bir çok kişi bunu daha çok tercih ediyor',
    'Tämä on hyvä vaihtoehto ja sitä käytetään myös silloin kun se on halpa',
    'Это хороший выбор для тех кто хочет чтобы всё было просто и не очень дорого',
  ),
);

export interface DrawnCapture {
  markdown: string;
  hosts: string[];
  titles: string[];
  outcome: string;
}

export const capture: fc.Arbitrary<DrawnCapture> = fc.record({
  markdown: fc.array(piece, { minLength: 1, maxLength: 14 }).map((pieces) => pieces.join(' ')),
  hosts: fc.array(
    fc.constantFrom('www.apple.com/a', 'shop.apple.com', 'hubfield.io', 'youtube.com/@visa/1', 'x.org'),
  ),
  titles: fc.array(fc.constantFrom(...NAMES, 'Acme Tools'), { maxLength: 2 }),
  outcome: fc.constantFrom('answered', 'answered', 'answered', 'answered_partially', 'absent', 'timeout'),
});

export function envelopeOf({ markdown, hosts, titles, outcome }: DrawnCapture, index: number): Envelope {
  const shown = outcome.startsWith('answered');
  const { text, blocks, markdown: written } = compose(shown ? markdown : '');
  const sources = hosts.map((host, place) => ({
    ...{ id: place + 1, url: `https://${host}`, canonicalUrl: null, domain: null, cited: place % 3 < 2 },
    ...{ position: place + 1, charRanges: text.length > 4 ? [[0, 4]] : [] },
  }));
  return {
    job: {
      ...{
        id: `job_${index}`,
        query: 'is Apple the best option?',
        surface: index % 2 ? 'chatgpt' : 'perplexity',
      },
      ...{ region: 'us', replicate: 1, status: 'completed', outcome, warnings: [], artifacts: NO_ARTIFACTS },
    },
    provenance: {
      ...{ capturedAt: '2026-11-27T10:00:00.000Z', loginState: 'anonymous' },
      ...{ adapter: { name: 'a', version: '1' }, model: { observedLabel: null } },
    },
    answer: { text, markdown: written, blocks: blocks(() => []) },
    evidence: { sources: shown ? sources : [], shopping: shown ? titles.map((title) => ({ title })) : null },
  } as unknown as Envelope;
}

const promptOf = (index: number): Prompt => ({
  ...{ id: `p${index % 3}`, text: 'question', category: null, intent: null, origin: 'user' },
});

/** A report of which every Envelope is read. */
export function fullReport(book: BrandBook, envelopes: readonly Envelope[]) {
  const reader = new ReportReader(book);
  envelopes.forEach((envelope, index) => void reader.add(envelope, promptOf(index)));
  return reader.finish('seed');
}

/** As a database gives them back. */
function stored(readings: readonly Reading[]): Map<string, Reading> {
  const read: Reading[] = JSON.parse(JSON.stringify(readings));
  return new Map(read.map((reading) => [reading.observation.id, reading]));
}

/** The same under another book, of which only what the correction touches is read again. */
export function corrected(before: BrandBook, after: BrandBook, envelopes: readonly Envelope[]) {
  const earlier = { book: before, readings: stored(fullReport(before, envelopes).readings) };
  const reader = new ReportReader(after, earlier);
  envelopes.forEach((envelope, index) => {
    const prompt = promptOf(index);
    if (reader.stands(envelope.job.id, prompt.id)) reader.keep(envelope.job.id, prompt);
    else reader.add(envelope, prompt);
  });
  return reader.finish('seed');
}
