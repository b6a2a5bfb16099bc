import type { Reading } from '../../src/contract/extraction.ts';
import { type Element, elementsOf, foldSpace, isHiddenItself, visibleText } from '../../src/extract/dom.ts';
import { parseJson } from '../../src/extract/framing.ts';
import { unwrapUrl } from '../../src/extract/urls.ts';
import { isBeside } from './answer-markdown.ts';

type Card = Reading['cards'][number];

/** Pictures and videos inside an answer, which markdown cannot carry (google_ai_overview.md 4.1). */
export function readAnswerCards(body: Element): Card[] {
  const cards: Card[] = [];
  const seen = new Set<string>();
  for (const element of visibleElements(body)) {
    const card = videoCard(element) ?? imageCard(element);
    if (card === undefined) continue;
    const key = `${card.type} ${card.url ?? card.text}`;
    if (!seen.has(key)) cards.push(card);
    seen.add(key);
  }
  return cards;
}

function* visibleElements(element: Element): Generator<Element> {
  if (isHiddenItself(element) || isBeside(element)) return;
  yield element;
  for (const child of element.children) if (child.type === 'tag') yield* visibleElements(child);
}

const VIDEO_PAGE =
  /^https?:\/\/(?:www\.|m\.)?(?:youtube\.com\/(?:watch|shorts)|youtu\.be\/|vimeo\.com\/\d|tiktok\.com\/@[^/]+\/video)/i;

/** A link around a card that leads to a video, or an element that names its video. */
function videoCard(element: Element): Card | undefined {
  const { 'data-curl': curl, href } = element.attribs;
  const address = element.name === 'a' ? href : curl;
  if (address === undefined) return undefined;
  const url = unwrapUrl(address, 'https://www.google.com/').url;
  const isCard =
    curl !== undefined ||
    [...elementsOf(element)].some((inner) => inner.name === 'img' || inner.name === 'video');
  if (url === null || !isCard || !VIDEO_PAGE.test(url)) return undefined;
  return { type: 'video', text: foldSpace(visibleText(element).replaceAll('\n', ' ')), url };
}

/** A picture of the image viewer: `data-im` tells where it comes from. */
function imageCard(element: Element): Card | undefined {
  const data = element.attribs['data-im'];
  if (data === undefined) return undefined;
  const image = [...elementsOf(element)].find((inner) => inner.name === 'img');
  const [page, picture] = addressesIn(parseJson(data));
  const url = page ?? picture;
  return { type: 'image', text: foldSpace(image?.attribs.alt ?? ''), ...(url === undefined ? {} : { url }) };
}

/** The page a picture stands on, and the picture's own address, from the viewer's nested arrays. */
function addressesIn(value: unknown): [string | undefined, string | undefined] {
  const addresses: string[] = [];
  const walk = (item: unknown): void => {
    if (typeof item === 'string' && /^https?:\/\//.test(item)) addresses.push(item);
    else if (item !== null && typeof item === 'object') for (const inner of Object.values(item)) walk(inner);
  };
  walk(value);
  const foreign = addresses.filter((address) => !/^https?:\/\/[\w.-]*gstatic\.com\//.test(address));
  const isPicture = (address: string): boolean =>
    /\.(?:jpe?g|png|webp|gif|svg|avif)(?:[?#]|$)/i.test(address);
  return [foreign.find((address) => !isPicture(address)), foreign.find(isPicture)];
}
