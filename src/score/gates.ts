import type { Gate } from '../contract/page-score.ts';
import { crawlersAt } from './crawlers.ts';
import { CRAWLER_METAS, directivesOf } from './page-head.ts';
import type { PageModel } from './page-model.ts';
import { type CheckedSite, sameSite } from './site.ts';

const SOFT_404 =
  /\b404\b|page not found|not be found|nicht gefunden|introuvable|no encontrad[ao]|non trovat[ao]|não encontrad[ao]|не найдена|ページが見つかりません|页面不存在|找不到|غير موجودة/i;
const SOFT_404_WORDS = 150;
const NOSNIPPET_SHARE = 0.5;

/** The four gates of a captured page, in order. */
export function gatesOf(page: PageModel): Gate[] {
  return [reachable(page), indexable(page), snippet(page), crawlable(page)];
}

function reachable(page: PageModel): Gate {
  const gate = (status: Gate['status'], why: string): Gate => ({
    id: 'G1',
    name: 'answers 200 with a page',
    status,
    why,
  });
  const heading = page.head.h1[0] ?? page.head.title ?? '';
  if (SOFT_404.test(heading) && page.main.words < SOFT_404_WORDS)
    return gate('fail', `The page says that it is not there: “${heading.slice(0, 120)}”.`);
  const { status } = page.record;
  if (status === null) return gate('unknown', 'The page came from a file; no status is known.');
  return status === 200 ? gate('pass', 'HTTP 200.') : gate('fail', `HTTP ${status}.`);
}

interface Directive {
  directive: string;
  place: string;
}

/** Directives of all metas and of the header, with where each stands. */
function directives(page: PageModel): Directive[] {
  const metas = page.robots.flatMap(({ name, directives: said }) =>
    said.map((directive) => ({ directive, place: `<meta name="${name}">` })),
  );
  const header = page.record.headers['x-robots-tag'];
  const headers =
    header === undefined
      ? []
      : headerDirectives(header).map((directive) => ({ directive, place: 'header X-Robots-Tag' }));
  return [...metas, ...headers];
}

/** Directives that hold a colon themselves; any other word before one names a crawler. */
const WITH_VALUE = /^(?:max-snippet|max-image-preview|max-video-preview|unavailable_after):/;

/**
 * What an X-Robots-Tag says to everybody or to a search crawler. After a name (`gptbot: noindex, nofollow`) the directives
 * are for that crawler until the next name; training and unknown crawlers decide nothing here.
 */
function headerDirectives(header: string): string[] {
  let said = true;
  return directivesOf(header).flatMap((part) => {
    const name = WITH_VALUE.test(part) ? undefined : /^([a-z][\w-]*):/.exec(part)?.[1];
    if (name !== undefined) said = CRAWLER_METAS.test(name);
    return said ? [name === undefined ? part : part.slice(name.length + 1)] : [];
  });
}

function indexable(page: PageModel): Gate {
  const gate = (status: Gate['status'], why: string): Gate => ({
    id: 'G2',
    name: 'may be indexed',
    status,
    why,
  });
  const forbidden = directives(page).find(({ directive }) => directive === 'noindex' || directive === 'none');
  if (forbidden) return gate('fail', `${forbidden.place} says ${forbidden.directive}.`);
  const site: CheckedSite = sameSite(page.head.canonical, page.url);
  if (site.same === false)
    return gate(
      'fail',
      `The canonical link leads to another site, ${site.host}: that page is indexed instead.`,
    );
  return gate(
    'pass',
    page.head.canonical === null
      ? 'No noindex, no canonical link elsewhere.'
      : 'No noindex; the canonical link stays on the site.',
  );
}

function snippet(page: PageModel): Gate {
  const gate = (status: Gate['status'], why: string): Gate => ({
    id: 'G3',
    name: 'may be quoted',
    status,
    why,
  });
  const forbidden = directives(page).find(({ directive }) => /^(?:nosnippet|max-snippet:0)$/.test(directive));
  if (forbidden) return gate('fail', `${forbidden.place} says ${forbidden.directive}.`);
  if (page.noSnippetShare >= NOSNIPPET_SHARE)
    return gate(
      'fail',
      `${Math.round(page.noSnippetShare * 100)} % of the text stands inside data-nosnippet.`,
    );
  return gate('pass', 'No nosnippet and no max-snippet:0.');
}

function crawlable(page: PageModel): Gate {
  const agents = crawlersAt(page.url, page.record.robots);
  const searching = agents.filter(({ scored }) => scored);
  const barred = searching.filter(({ allowed }) => allowed === false);
  const base = { id: 'G4' as const, name: 'search crawlers may fetch it', agents };
  if (searching.every(({ allowed }) => allowed === null))
    return { ...base, status: 'unknown', why: 'The robots.txt of the site is not known.' };
  if (barred.length === 0)
    return {
      ...base,
      status: 'pass',
      why: `robots.txt lets all ${searching.length} search crawlers fetch this path.`,
    };
  const named = barred.map(({ agent, robots_line }) =>
    robots_line === null ? agent : `${agent} (line ${robots_line})`,
  );
  return { ...base, status: 'fail', why: `robots.txt keeps out ${named.join(', ')}.` };
}
