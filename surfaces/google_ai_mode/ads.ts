import type { Ad } from '../../src/contract/envelope.ts';
import {
  type CheerioAPI,
  type Element,
  foldSpace,
  isElement,
  isVisible,
  visibleText,
} from '../../src/extract/dom.ts';
import { domainOf, unwrapUrl } from '../../src/extract/urls.ts';
import { textRuns } from '../google/card-texts.ts';

const GOOGLE = 'https://www.google.com/';

/**
 * Advertisements below an answer: links in `ad-content` (the container seen empty 2026-05; a provider's text of 2026-06
 * shows one below the footer). Links to Google itself explain the ad and are none.
 */
export function readAds($: CheerioAPI, root: Element): Ad[] {
  const ads = new Map<string, Ad>();
  for (const link of $(root).find('[data-container-id="ad-content"] a[href]').toArray().filter(isElement)) {
    const url = unwrapUrl(link.attribs.href ?? '', GOOGLE).url;
    if (url === null || !isVisible(link) || isGoogleHelp(url) || ads.has(url)) continue;
    const [title, ...rest] = textRuns(link);
    const card = $(link).closest('[data-text-ad], li').toArray().find(isElement) ?? link;
    ads.set(url, {
      advertiser: advertiserOf(url, card),
      title: title ?? link.attribs['aria-label'] ?? null,
      text: rest.length > 0 ? rest.join(' ') : null,
      url,
      position: 'below_answer',
    });
  }
  return [...ads.values()];
}

function isGoogleHelp(url: string): boolean {
  return /^https?:\/\/(?:support|policies|adssettings|myadcenter)\.google\./i.test(url);
}

/** A click address of Google's tells nothing: then a host shown on the ad does. */
function advertiserOf(url: string, card: Element): string | null {
  const domain = domainOf(url) ?? null;
  if (domain !== null && !/(?:^|\.)(?:google\.[a-z.]+|googleadservices\.com|doubleclick\.net)$/.test(domain))
    return domain;
  return /(?:[a-z0-9-]+\.)+[a-z]{2,}/i.exec(foldSpace(visibleText(card)))?.[0]?.toLowerCase() ?? null;
}
