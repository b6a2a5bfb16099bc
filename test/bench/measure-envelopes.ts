import type { BrandBook } from '../../src/contract/brand-book.ts';
import { type Envelope, NO_ARTIFACTS } from '../../src/contract/envelope.ts';
import { SURFACE_NAMES } from '../../src/contract/surface-name.ts';
import { compose } from '../../src/extract/compose.ts';
import type { Prompt } from '../../src/measure/observation.ts';
import { seededDraw } from '../../src/measure/seeded-draw.ts';

const SYLLABLES = [
  'bel',
  'cor',
  'dan',
  'fi',
  'gal',
  'hor',
  'ix',
  'jun',
  'kel',
  'lum',
  'mer',
  'nov',
  'or',
  'pra',
];
const WORDS =
  'the best option for most teams is one that keeps your data safe while it stays simple to use and fair in price because support answers quickly and reports are clear compared with others which need more setup although they offer strong integrations'.split(
    ' ',
  );

const pick = <T>(items: readonly T[], draw: () => number, otherwise: T): T =>
  items[Math.floor(draw() * items.length)] ?? otherwise;

/** Twenty brands with ten spellings each: 200 terms. */
export function benchBook(): BrandBook {
  const draw = seededDraw('bench book');
  const word = (): string => {
    const text = Array.from({ length: 3 }, () => pick(SYLLABLES, draw, 'bel')).join('');
    return text.charAt(0).toUpperCase() + text.slice(1);
  };
  const brands = Array.from({ length: 20 }, (_, index) => {
    const name = `${word()}${index}`;
    return {
      ...{
        id: `brand${index}`,
        name,
        own: index === 0,
        domains: [`brand${index}.com`],
        deny: [],
        facts: null,
      },
      terms: Array.from({ length: 10 }, (_own, spelling) => ({
        id: `brand${index}.${spelling}`,
        text: spelling === 0 ? name : `${name} ${word()}`,
        ...{ kind: spelling === 0 ? 'name' : 'alias', language: null, caseSensitive: false, minContext: [] },
      })),
    };
  });
  return { brands } as BrandBook;
}

export function benchPrompts(count: number): Prompt[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `p${String(index).padStart(5, '0')}`,
    text: `what is the best tool for job number ${index}`,
    category: `category ${index % 8}`,
    intent: (['category', 'comparison', 'buying'] as const)[index % 3] ?? null,
    origin: 'user',
  }));
}

/** Answers of about two kilobytes with a list, brands, and five to ten sources; the same in every run. */
export function* benchEnvelopes(
  prompts: readonly Prompt[],
  replicates: number,
  book: BrandBook,
): Generator<{ promptId: string; envelope: Envelope }> {
  for (const prompt of prompts) {
    for (const surface of SURFACE_NAMES) {
      for (let replicate = 1; replicate <= replicates; replicate++) {
        const draw = seededDraw(`${prompt.id} ${surface} ${replicate}`);
        const id = `job_${prompt.id}.${surface}.own-fleet.us${replicate === 1 ? '' : `.r${replicate}`}`;
        yield { promptId: prompt.id, envelope: envelopeOf(id, prompt.text, surface, replicate, book, draw) };
      }
    }
  }
}

function markdownOf(book: BrandBook, draw: () => number): string {
  const brand = (): string => {
    const { terms } = pick(book.brands, draw, book.brands[0] ?? ({ terms: [] } as never));
    return pick(terms, draw, terms[0] ?? ({ text: '' } as never)).text;
  };
  const sentence = (): string => {
    const words = Array.from({ length: 14 }, () => pick(WORDS, draw, 'the'));
    if (draw() < 0.35) words.splice(Math.floor(draw() * 10), 0, brand());
    const text = words.join(' ');
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  };
  const paragraph = (): string => Array.from({ length: 6 }, sentence).join(' ');
  const list = Array.from({ length: 5 }, (_, index) => `${index + 1}. **${brand()}**: ${sentence()}`);
  return [paragraph(), '## What to choose', list.join('\n'), paragraph(), paragraph()].join('\n\n');
}

function envelopeOf(
  id: string,
  query: string,
  surface: Envelope['job']['surface'],
  replicate: number,
  book: BrandBook,
  draw: () => number,
): Envelope {
  const chance = draw();
  const outcome =
    chance < 0.9 ? 'answered' : chance < 0.95 ? 'absent' : chance < 0.97 ? 'declined' : 'timeout';
  const composed = compose(outcome === 'answered' ? markdownOf(book, draw) : '');
  const time = '2026-11-20T10:00:00.000Z';
  const artifacts = { ...NO_ARTIFACTS, rawKey: `raw/${id}`, rawSha256: '0'.repeat(64) };
  return {
    schemaVersion: '1.0',
    job: {
      ...{
        id,
        query,
        surface,
        method: 'own-fleet',
        region: 'us',
        warnings: [],
        requestedAt: time,
        completedAt: time,
      },
      ...{ status: outcome === 'timeout' ? 'failed' : 'completed', artifacts, outcome, failure: null },
      ...{ attempts: 1, replicate },
    },
    provenance: {
      ...{ method: 'scrape', acquisition: 'own-fleet', official: false, fidelity: 'consumer_ui' },
      model: { providerId: null, observedLabel: null, inferred: false, confidence: 0 },
      webSearch: { enabled: true, known: true },
      surfacePresent: outcome === 'answered',
      region: { requested: 'us', effective: 'us', basis: 'locale' },
      ...{ capturedAt: time, loginState: 'anonymous', adapter: { name: surface, version: '1' } },
      ...{ origin: 'stage', browser: null, finalUrl: null },
    },
    answer: { text: composed.text, markdown: composed.markdown, blocks: composed.blocks(() => []) },
    evidence: {
      sources: outcome === 'answered' ? sourcesOf(composed.text, draw) : [],
      fanOut: { provenance: 'unavailable', queries: [] },
      ...{ mentions: null, shopping: null, ads: null, results: null, related: null },
    },
    ...{ extraction: null, raw: { ref: null } },
  };
}

function sourcesOf(text: string, draw: () => number): Envelope['evidence']['sources'] {
  return Array.from({ length: 5 + Math.floor(draw() * 6) }, (_, index) => {
    const host =
      draw() < 0.2 ? `brand${Math.floor(draw() * 20)}.com` : `site${Math.floor(draw() ** 2 * 400)}.org`;
    const url = `https://${host}/page/${Math.floor(draw() * 30)}`;
    const start = Math.floor(draw() * Math.max(1, text.length - 60));
    return {
      ...{ id: index + 1, url, canonicalUrl: url, title: `Page of ${host}`, domain: host, publisher: null },
      ...{ snippet: null, publishedAt: null, position: index + 1, role: 'cited', cited: true },
      ...{ charRanges: [[start, start + 50]], charRangesBasis: 'exact', providerRef: null },
    };
  });
}
