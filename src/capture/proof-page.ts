import { type CheerioAPI, load } from 'cheerio/slim';
import type { AnyNode, Element } from 'domhandler';
import type { MhtmlPart } from './mhtml.ts';

/** What the proof page says about itself at its top. */
export interface ProofHeading {
  surface: string;
  url: string | null;
  capturedAt: string;
}

/** Nothing runs, nothing is fetched, wherever the file is opened. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline' data:; font-src data:";
const REMOVED = new Set('script noscript iframe frame object embed applet portal base'.split(' '));
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
 * frames, forms' targets and refreshes removed, a policy on top that forbids all fetching. Shadow roots are shown: a browser
 * makes them of `<template shadowrootmode>` without any script. `parts` is the browser's MHTML; without it the given DOM is
 * made safe and stands unstyled. Pure.
 */
export function buildProofPage(html: string, parts: readonly MhtmlPart[], heading: ProofHeading): string {
  const main = parts.find((part) => part.contentType === 'text/html');
  const $ = load(main ? main.body.toString('utf8') : html, { xml: { xmlMode: false, decodeEntities: true } });
  const resources = new Map(parts.map((part) => [part.location, part]));
  const removed: Element[] = [];
  const waiting: AnyNode[] = $.root().toArray();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (isElement(node) && !kept($, node, resources)) removed.push(node);
    else if ('children' in node) for (const child of node.children) waiting.push(child);
  }
  $(removed).remove();
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

function isElement(node: AnyNode): node is Element {
  return node.type === 'tag' || node.type === 'script' || node.type === 'style';
}

function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Makes an element safe, without what is in it; false for one that has to go with all that is in it. */
function kept($: CheerioAPI, element: Element, resources: ReadonlyMap<string, MhtmlPart>): boolean {
  const { name, attribs } = element;
  if (REMOVED.has(name) || (name === 'meta' && attribs['http-equiv'] !== undefined)) return false;
  if (name === 'template' && !isShadowRoot(element)) return false;
  if (name === 'link') return becomesStyle($, element, resources);
  if (name === 'style') {
    const css = $(element).text();
    if (/url\(|@import/i.test(css)) $(element).text(inlineCss(css, resources));
  }
  makeSafe(element, resources);
  return true;
}

/** True for a shadow root, which then goes by its standard name: Chromium's archives have one of their own (156, 2026-11). */
function isShadowRoot({ attribs }: Element): boolean {
  const mode = attribs.shadowrootmode ?? attribs.shadowmode;
  delete attribs.shadowmode;
  if (mode !== undefined) attribs.shadowrootmode = mode;
  return mode !== undefined;
}

/** Turns the link to a style sheet into the sheet; false where it is no such link, or the sheet was not seen. */
function becomesStyle($: CheerioAPI, link: Element, resources: ReadonlyMap<string, MhtmlPart>): boolean {
  const { rel = '', href = '' } = link.attribs;
  const part = rel.toLowerCase().split(/\s+/).includes('stylesheet') ? resources.get(href) : undefined;
  if (part === undefined) return false;
  const css = inlineCss(part.body.toString('utf8'), resources).replace(/<\/style/gi, '<\\/style');
  $(link).replaceWith(`<style>${css}</style>`);
  return true;
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

function makeSafe(element: Element, resources: ReadonlyMap<string, MhtmlPart>): void {
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
  if (element.name === 'a') element.attribs.rel = 'noopener noreferrer nofollow';
}
