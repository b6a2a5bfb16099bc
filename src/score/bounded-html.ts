/** What a page may weigh before it is read: enough for every real page, little enough for bounded time. */
const MAX_TAGS = 40_000;
const MAX_CHARACTERS = 3_000_000;
const MAX_DEPTH = 150;
/** Sums of the depths of all tags, and their mean: real pages stay below 40 on average. */
const TANGLED = { sum: 300_000, mean: 60, most: 2_000_000 };
const MAX_TAG_CHARACTERS = 4_000;
const MAX_DATA_CHARACTERS = 500_000;

export interface BoundedHtml {
  html: string;
  /** True when tags or characters beyond the bounds were left out. */
  cut: boolean;
  /** True when the page nests so deep that looking for its article, which costs tags × depth, would take many seconds. */
  tangled: boolean;
}

/** Elements whose content is no text of the page. */
const DROPPED = new Set(['script', 'style', 'svg', 'template', 'iframe', 'object', 'canvas', 'math-ml']);
const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));
/** A parser closes these by itself, so they cannot be counted as depth. */
const SELF_CLOSING = new Set('p li dt dd tr td th thead tbody tfoot option optgroup'.split(' '));

/**
 * One linear pass over the text of a page: scripts (but JSON-LD), styles, drawings and comments are left out, giant
 * attributes too, nesting is flattened below 150 levels, and reading ends at 40,000 tags or 3 million characters. The
 * parsers behind it then cannot be made slow or overflow by what a page sends.
 */
export function boundHtml(html: string): BoundedHtml {
  const kept: string[] = [];
  let characters = 0;
  let tags = 0;
  let depth = 0;
  let depths = 0;
  let at = 0;
  const keep = (text: string): void => {
    kept.push(text);
    characters += text.length;
  };
  const bounded = (cut: boolean): BoundedHtml => {
    const tangled = depths > TANGLED.most || (depths > TANGLED.sum && depths / tags > TANGLED.mean);
    return { html: kept.join(''), cut, tangled };
  };
  while (at < html.length) {
    if (tags >= MAX_TAGS || characters >= MAX_CHARACTERS) return bounded(true);
    const open = html.indexOf('<', at);
    const textEnd = open < 0 ? html.length : open;
    if (textEnd > at) keep(html.slice(at, Math.min(textEnd, at + MAX_CHARACTERS - characters)));
    if (open < 0) break;
    if (html.startsWith('<!--', open)) {
      // `<!-->` and `<!--->` are comments of nothing (HTML, 13.2.5.43).
      at = after(html, '-->', open + 2);
      continue;
    }
    const tag = tagAt(html, open);
    if (tag === undefined) {
      keep('&lt;');
      at = open + 1;
      continue;
    }
    at = tag.end;
    if (!tag.closing && DROPPED.has(tag.name) && !isShadowRoot(tag)) {
      const end = endOf(html, tag.name, tag.end);
      if (tag.name === 'script' && /\btype\s*=\s*["']?application\/ld\+json/i.test(tag.text))
        if (end - open <= MAX_DATA_CHARACTERS)
          // Part of one could not be parsed, and without its end the page behind it would be script.
          keep(html.slice(open, end));
      at = end;
      continue;
    }
    tags++;
    depths += depth;
    const nests = !VOID.has(tag.name) && !SELF_CLOSING.has(tag.name);
    if (nests && tag.closing) depth = Math.max(0, depth - 1);
    if (!nests || depth < MAX_DEPTH) keep(tag.text);
    if (nests && !tag.closing) depth++;
  }
  return bounded(false);
}

interface Tag {
  name: string;
  closing: boolean;
  text: string;
  end: number;
}

/** People see it where it stands. */
function isShadowRoot({ name, text }: Tag): boolean {
  return name === 'template' && /\sshadowrootmode=/i.test(text);
}

const NAME = /[a-z][a-z0-9:-]*/iy;

/** The tag that begins at `open`; undefined when the `<` begins none. */
function tagAt(html: string, open: number): Tag | undefined {
  const closing = html[open + 1] === '/';
  NAME.lastIndex = open + (closing ? 2 : 1);
  const found = NAME.exec(html)?.[0];
  if (found === undefined) {
    const next = html[open + 1];
    if (next !== '!' && next !== '?' && next !== '/') return undefined;
    return {
      name: '!',
      closing: true,
      text: next === '!' ? '<!doctype html>' : '',
      end: after(html, '>', open),
    };
  }
  const end = tagEnd(html, NAME.lastIndex);
  const name = found.toLowerCase();
  const whole = html.slice(open, end);
  return {
    name,
    closing,
    text: whole.length <= MAX_TAG_CHARACTERS ? whole : `<${closing ? '/' : ''}${name}>`,
    end,
  };
}

/** Past the `>` that ends a tag, quoted attribute values skipped. */
function tagEnd(html: string, from: number): number {
  let quote = '';
  let before = '';
  for (let at = from; at < html.length; at++) {
    const character = html[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') return at + 1;
    else if ((character === '"' || character === "'") && before === '=') quote = character;
    if (!/\s/.test(character)) before = character;
  }
  return html.length;
}

function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found < 0 ? html.length : found + mark.length;
}

/** Past the closing tag of an element whose content is skipped. */
function endOf(html: string, name: string, from: number): number {
  const closing = new RegExp(`</${name}[^>]*>`, 'gi');
  closing.lastIndex = from;
  return closing.exec(html) === null ? html.length : closing.lastIndex;
}
