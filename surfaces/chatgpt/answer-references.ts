import type { DraftCitation, DraftMention, DraftSource, Reading } from '../../src/contract/extraction.ts';
import { parseJson } from '../../src/extract/framing.ts';
import { markText } from '../../src/extract/marks.ts';
import { withLiteralTex } from '../../src/extract/tex-math.ts';
import { type TokenSpan, tokenParts, tokenSpans, withoutStrays } from './reference-text.ts';
import { draftOf, sourceKey } from './sources.ts';
import { type Message, type Product, type Reference, referenceSchema, refName } from './wire.ts';

/** The answer's raw text with its references resolved. */
export interface ReferencedAnswer {
  markdown: string;
  citations: DraftCitation[];
  /** Sources the answer's references name, the Sources panel's order in `position`. */
  sources: DraftSource[];
  mentions: DraftMention[];
  products: Product[];
  cards: Reading['cards'];
  /** Tokens the surface itself left unresolved; it shows nothing for them. */
  unresolved: number;
}

type References = Pick<Message['metadata'], 'content_references' | 'citations'>;

/**
 * Resolves the references of a raw answer: citations become marks, entities and products their visible label, cards
 * are set apart, everything else of the token language is taken out. Pure.
 */
export function resolveReferences(raw: string, references: References): ReferencedAnswer {
  const writer = new AnswerWriter();
  const legacy = legacySpans(raw, references.citations);
  const spans = [...tokenSpans(raw, references.content_references), ...legacy].sort(
    (a, b) => a.start - b.start,
  );
  let from = 0;
  for (const span of spans) {
    if (span.start < from) continue;
    writer.text(raw.slice(from, span.start));
    if (span.reference === null) writer.bareToken(raw.slice(span.start, span.end));
    else writer.reference(span.reference);
    from = span.end;
  }
  writer.text(raw.slice(from));
  for (const reference of references.content_references) writer.footnote(reference);
  writer.answer.markdown = withLiteralTex(writer.answer.markdown);
  return writer.answer;
}

/** `【12†source】` marks of the wire until 2025: `citations[{start_ix, end_ix, metadata}]`. */
function legacySpans(raw: string, citations: References['citations']): TokenSpan[] {
  const points = /[\ud800-\udbff]/.test(raw) ? [...raw] : undefined;
  const utf16 = (offset: number): number => points?.slice(0, offset).join('').length ?? offset;
  return citations.flatMap(({ start_ix, end_ix, metadata }): TokenSpan[] => {
    const start = utf16(start_ix);
    const end = utf16(end_ix);
    const shown = raw.slice(start, end);
    if (metadata?.url == null || !/^\s*【[^】]*】\s*$/u.test(shown)) return [];
    const site = { ...metadata, snippet: metadata.snippet ?? metadata.text };
    return [
      { start, end, reference: referenceSchema.parse({ ...site, type: 'webpage', matched_text: shown }) },
    ];
  });
}

const PRODUCT_REF = /^turn\d+product\d+/;

class AnswerWriter {
  readonly answer: ReferencedAnswer = {
    markdown: '',
    citations: [],
    sources: [],
    mentions: [],
    products: [],
    cards: [],
    unresolved: 0,
  };
  #afterRemoval = false;

  text(raw: string): void {
    const text = withoutStrays(raw);
    if (text === '') return;
    // The blank that parted a removed token from the words goes with it, as it does for citation marks.
    const { answer } = this;
    if (this.#afterRemoval && /^\s/.test(text)) answer.markdown = answer.markdown.replace(/(\S) $/, '$1');
    this.#put(text);
  }

  bareToken(token: string): void {
    this.#put(this.#bareTokenText(token));
  }

  reference(reference: Reference): void {
    this.#put(this.#referenceText(reference));
  }

  /** The Sources panel: same sources, in the panel's order. */
  footnote(reference: Reference): void {
    if (reference.type !== 'sources_footnote') return;
    const drafts = reference.sources.flatMap((site, index) => draftOf(site, { position: index + 1 }) ?? []);
    for (const draft of drafts) {
      const known = this.answer.sources.filter(({ key }) => key === draft.key);
      for (const source of known) source.position ??= draft.position;
      if (known.length === 0) this.answer.sources.push(draft);
    }
  }

  #put(text: string): void {
    this.answer.markdown += text;
    this.#afterRemoval = text === '';
  }

  /** A token no reference speaks of (cut streams, new kinds): only a label that stands in the token itself is kept. */
  #bareTokenText(token: string): string {
    const { name, args } = tokenParts(token);
    if (name === 'entity') return this.#mention(entityArguments(args[0]), null);
    if (name === 'cite') this.answer.unresolved += 1;
    const label = name === 'url' ? (args[0] ?? '') : '';
    return sourceKey(label) === undefined ? label : '';
  }

  #referenceText(reference: Reference): string {
    const { args } = tokenParts(reference.matched_text);
    if (reference.product) this.answer.products.push(reference.product);
    switch (reference.type) {
      case 'hidden':
        this.answer.unresolved += 1;
        return '';
      case 'entity':
        return this.#mention(entityArguments(args[0]), reference);
      case 'product_entity':
        return this.#mention({ ...entityArguments(args[0]), category: 'product' }, reference);
      case 'product':
      case 'products':
        return this.#productCards(reference);
      case 'alt_text':
        return reference.alt ?? '';
      case 'url':
      case 'link':
        return this.#link(reference, args);
      default:
        return this.#widgetOrCitation(reference);
    }
  }

  #productCards({ products, product }: Reference): string {
    this.answer.products.push(...products);
    this.answer.cards.push(...[...products, ...(product ? [product] : [])].map(productCard));
    return '';
  }

  #widgetOrCitation(reference: Reference): string {
    const cards = [...imageCards(reference), ...videoCards(reference)];
    this.answer.cards.push(...cards);
    if (cards.length > 0 || reference.type.startsWith('image')) return '';
    const drafts = citedSources(reference);
    if (drafts.length === 0) return '';
    return markText(this.#cite(drafts, 'sentence'));
  }

  #link(reference: Reference, args: readonly string[]): string {
    const shown = /^\(?\[([^\]]*)\]/.exec(reference.alt ?? '')?.[1];
    const inToken = args.find((arg) => sourceKey(arg) === undefined);
    const label = shown ?? reference.prompt_text ?? reference.title ?? inToken ?? '';
    const drafts = citedSources(reference);
    if (drafts.length === 0 || label === '') return label;
    const index = this.#cite(drafts, 'exact');
    return `${markText(index, 'open')}${label}${markText(index, 'close')}`;
  }

  #mention(entity: Entity, reference: Reference | null): string {
    const text = reference === null ? (entity.name ?? '') : labelOf(entity, reference);
    if (text.trim() === '') return '';
    const category = reference?.category ?? entity.category;
    const isProduct = category !== null && PRODUCT_REF.test(category);
    this.answer.mentions.push({ text, category: isProduct ? 'product' : category });
    return text;
  }

  #cite(drafts: readonly DraftSource[], basis: DraftCitation['basis']): number {
    this.answer.sources.push(...drafts);
    this.answer.citations.push({ sourceKeys: [...new Set(drafts.map(({ key }) => key))], basis });
    return this.answer.citations.length - 1;
  }
}

interface Entity {
  name: string | null;
  category: string | null;
}

/** What the page shows in the entity's place: plain text, or the text of the link in `alt`. */
function labelOf(entity: Entity, { alt, prompt_text, name, product }: Reference): string {
  const linked = /^\[([^\]]*)\]\(/.exec(alt ?? '')?.[1];
  const oneLine = [alt, prompt_text].find((text) => text !== null && text !== '' && !/[\n[\]]/.test(text));
  return product?.title ?? linked ?? oneLine ?? name ?? entity.name ?? '';
}

/** `["category","name","hint"]`, or `["turn0product8","title",1]`. */
function entityArguments(argument: string | undefined): Entity {
  const parsed = argument === undefined ? undefined : parseJson(argument);
  const [category, name] = Array.isArray(parsed) ? parsed : [];
  return {
    name: typeof name === 'string' ? name : null,
    category: typeof category === 'string' ? category : null,
  };
}

/** Each item of a chip and the sites behind its "+N", in the order shown; the single page of the older kind. */
function citedSources(reference: Reference): DraftSource[] {
  const items = reference.items.length > 0 ? reference.items : reference.fallback_items;
  if (items.length === 0) {
    const only = draftOf(reference);
    return [...(only ? [only] : []), ...reference.supporting_websites.flatMap((site) => draftOf(site) ?? [])];
  }
  return items.flatMap((item) => {
    const [ref, ...others] = item.refs;
    const own = ref !== undefined && others.length === 0 ? { providerRef: refName(ref) } : {};
    return [item, ...item.supporting_websites].flatMap(
      (site, index) => draftOf(site, index === 0 ? own : {}) ?? [],
    );
  });
}

function productCard(product: Product): Reading['cards'][number] {
  return { type: 'product', text: product.title, ...(product.url === null ? {} : { url: product.url }) };
}

function imageCards({ images }: Reference): Reading['cards'] {
  return images.flatMap(({ image_result: image }) =>
    image?.content_url == null
      ? []
      : [{ type: 'image' as const, text: image.title ?? '', url: image.content_url }],
  );
}

function videoCards({ type, title, url }: Reference): Reading['cards'] {
  return type.startsWith('video') && url !== null ? [{ type: 'video', text: title ?? '', url }] : [];
}
