import { type CheerioAPI, load } from 'cheerio/slim';
import type { Element } from 'domhandler';
import type { MhtmlPart } from './mhtml.ts';

/** What the proof page says about itself at its top. */
export interface ProofHeading {
  surface: string;
  url: string | null;
  capturedAt: string;
}

/** Nothing runs, nothing is fetched, wherever the file is opened. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline' data:; font-src data:";
const REMOVED =
  'script, noscript, iframe, frame, object, embed, applet, portal, base, meta[http-equiv], link:not([rel~="stylesheet"]), template';
const URL_ATTRIBUTES = [
  'src',
  'srcset',
  'poster',
  'background',
  'data',
  'action',
  'formaction',
  'ping',
  'manifest',
  'longdesc',
];

/**
 * The page as one file that needs nothing else and can do nothing: style sheets and images inlined, scripts, handlers,
 * frames, forms' targets and refreshes removed, a policy on top that forbids all fetching. `parts` is the browser's
 * MHTML; without it the given DOM is made safe and stands unstyled. Pure.
 */
export function buildProofPage(html: string, parts: readonly MhtmlPart[], heading: ProofHeading): string {
  const main = parts.find((part) => part.contentType === 'text/html');
  const $ = load(main ? main.body.toString('utf8') : html, { xml: { xmlMode: false, decodeEntities: true } });
  const resources = new Map(parts.map((part) => [part.location, part]));
  $(REMOVED).remove();
  inlineStyleSheets($, resources);
  $('*').each((_index, element) => {
    if (element.type === 'tag' || element.type === 'style') makeSafe($, element, resources);
  });
  if ($('head').length === 0) $('html').prepend('<head></head>');
  const note = `capture of ${heading.surface}, ${heading.capturedAt}, ${heading.url ?? 'no address'}`.replace(
    /--+/g,
    '-',
  );
  $('head').prepend(
    `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><!-- ${escapeText(note)} -->`,
  );
  const body = $.html();
  return /^\s*<!doctype/i.test(body) ? body : `<!doctype html>${body}`;
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function inlineStyleSheets($: CheerioAPI, resources: ReadonlyMap<string, MhtmlPart>): void {
  $('link[rel~="stylesheet"]').each((_index, link) => {
    const part = resources.get($(link).attr('href') ?? '');
    if (part === undefined) {
      $(link).remove();
      return;
    }
    const css = inlineCss(part.body.toString('utf8'), resources).replace(/<\/style/gi, '<\\/style');
    $(link).replaceWith(`<style>${css}</style>`);
  });
  $('style').each((_index, style) => {
    const css = $(style).text();
    if (/url\(|@import/i.test(css)) $(style).text(inlineCss(css, resources));
  });
}

function inlineCss(css: string, resources: ReadonlyMap<string, MhtmlPart>): string {
  return css
    .replace(/@import[^;]+;/gi, '')
    .replace(
      /url\(\s*(['"]?)([^'")]+)\1\s*\)/gi,
      (_match, _quote, url: string) => `url("${dataUrl(url, resources) ?? ''}")`,
    );
}

function dataUrl(url: string, resources: ReadonlyMap<string, MhtmlPart>): string | undefined {
  if (/^data:(?:image|font)\//i.test(url)) return url;
  const part = resources.get(url);
  if (part === undefined || !/^(?:image|font)\//i.test(part.contentType)) return undefined;
  return `data:${part.contentType};base64,${part.body.toString('base64')}`;
}

function makeSafe($: CheerioAPI, element: Element, resources: ReadonlyMap<string, MhtmlPart>): void {
  for (const [name, value] of Object.entries(element.attribs)) {
    if (/^on/i.test(name)) delete element.attribs[name];
    else if (name === 'href' || name === 'xlink:href') {
      if (!/^(?:https?:|mailto:|#|data:image\/)/i.test(value)) delete element.attribs[name];
    } else if (name === 'style' && /url\(/i.test(value)) element.attribs[name] = inlineCss(value, resources);
    else if (URL_ATTRIBUTES.includes(name)) {
      const inlined = element.name === 'img' && name === 'src' ? dataUrl(value, resources) : undefined;
      if (inlined === undefined) delete element.attribs[name];
      else element.attribs[name] = inlined;
    }
  }
  if (element.name === 'a') $(element).attr('rel', 'noopener noreferrer nofollow');
}
