import robotsModule from 'robots-parser';
import type { SiteFile } from '../contract/page-record.ts';
import type { Agent } from '../contract/page-score.ts';

interface Crawler {
  agent: string;
  vendor: string;
  class: Agent['class'];
  surfaces: string[];
  /** Taken when robots.txt names the agent nowhere (Applebot follows Googlebot's rules; Apple, read 2026-08). */
  standsIn?: string;
}

/**
 * The crawlers that decide whether a surface can find, train on or fetch a page. Names and classes from the vendors' own
 * pages and ai-robots-txt/ai.robots.txt `robots.json` (2026-08-22).
 */
const CRAWLERS: readonly Crawler[] = [
  search('Googlebot', 'Google', [
    'google_search',
    'google_news',
    'google_ai_overview',
    'google_ai_mode',
    'gemini',
  ]),
  search('Bingbot', 'Microsoft', ['copilot', 'chatgpt']),
  search('OAI-SearchBot', 'OpenAI', ['chatgpt']),
  search('PerplexityBot', 'Perplexity', ['perplexity']),
  search('Claude-SearchBot', 'Anthropic', ['claude']),
  { ...search('Applebot', 'Apple', []), standsIn: 'Googlebot' },
  other('ChatGPT-User', 'OpenAI', 'user', ['chatgpt']),
  other('Perplexity-User', 'Perplexity', 'user', ['perplexity']),
  other('Claude-User', 'Anthropic', 'user', ['claude']),
  other('GPTBot', 'OpenAI', 'training', []),
  other('ClaudeBot', 'Anthropic', 'training', []),
  other('Google-Extended', 'Google', 'training', []),
  other('CCBot', 'Common Crawl', 'training', []),
  other('Applebot-Extended', 'Apple', 'training', []),
];

function search(agent: string, vendor: string, surfaces: string[]): Crawler {
  return { agent, vendor, class: 'search', surfaces };
}

function other(agent: string, vendor: string, kind: 'training' | 'user', surfaces: string[]): Crawler {
  return { agent, vendor, class: kind, surfaces };
}

interface ParsedRobots {
  isAllowed(url: string, agent: string): boolean | undefined;
  getMatchingLineNumber(url: string, agent: string): number;
}

/** The package is CommonJS whose whole export is the function; its types speak of a default export (3.0.1). */
const robotsParser = robotsModule as unknown as (url: string, text: string) => ParsedRobots;

/** RFC 9309 2.5: at least 500 kibibytes of a robots.txt are to be read; what follows is not. */
const ROBOTS_CHARACTERS = 500 * 1024;
/** What a robots.txt is matched against; a longer path costs time in proportion to its patterns. */
const PATH_CHARACTERS = 2_048;

export interface RobotsVerdict {
  allowed: boolean;
  /** The deciding line as it stands in the file, with its number; null when no line matches. */
  line: string | null;
}

/** Reads one site's robots.txt for one page. */
export type RobotsReader = (agent: string, standsIn?: string) => RobotsVerdict;

/** Null when the file is unknown (not asked, or the server failed); everything is allowed when there is none (404). */
function robotsReader(pageUrl: string, robots: SiteFile | null): RobotsReader | null {
  if (robots === null || !URL.canParse(pageUrl)) return null;
  if (robots.text === null) {
    if (robots.status === null || robots.status >= 500 || robots.status === 429) return null;
    return () => ({ allowed: true, line: null });
  }
  const text = robots.text.slice(0, ROBOTS_CHARACTERS);
  // Rules are read where they stand, wherever a redirect fetched them from (RFC 9309 2.3.1.2).
  const page = new URL(pageUrl);
  const asked = `${page.origin}${page.pathname}${page.search}`.slice(0, PATH_CHARACTERS);
  const parsed = robotsParser(`${page.origin}/robots.txt`, text);
  const lines = text.split(/\r\n|\r|\n/);
  const named = new Set(
    lines.flatMap((line) => /^\s*user-agent\s*:\s*([^#/\s]+)/i.exec(line)?.[1]?.toLowerCase() ?? []),
  );
  return (agent, standsIn) => {
    const name = standsIn !== undefined && !named.has(agent.toLowerCase()) ? standsIn : agent;
    const number = parsed.getMatchingLineNumber(asked, name);
    const line = lines[number - 1]?.trim();
    return {
      allowed: parsed.isAllowed(asked, name) ?? true,
      line: line === undefined ? null : `${number}: ${line.slice(0, 200)}`,
    };
  };
}

/** Every crawler of the list with what robots.txt says to it. */
export function crawlersAt(pageUrl: string | null, robots: SiteFile | null): Agent[] {
  const read = pageUrl === null ? null : robotsReader(pageUrl, robots);
  return CRAWLERS.map(({ agent, vendor, class: kind, surfaces, standsIn }) => {
    const verdict = read?.(agent, standsIn) ?? null;
    return {
      agent,
      vendor,
      class: kind,
      surfaces: [...surfaces],
      scored: kind === 'search',
      allowed: verdict?.allowed ?? null,
      robots_line: verdict?.line ?? null,
    };
  });
}
