import type { CDPSession, Page } from 'playwright';
import { awaitedLater } from '../platform/awaited-later.ts';

/** Largest DOM that is kept; what is beyond is cut and the record says so. */
const MAX_HTML_CHARS = 24 * 1024 * 1024;

/** The DOM as it stands, serialized with comments and doctype. */
export interface DomSnapshot {
  html: string;
  clipped: boolean;
}

/**
 * Serializes the page. Open shadow roots, which `outerHTML` leaves out and people see, stand as the first child of their
 * host, `<template shadowrootmode>`, as a parser would make them again (HTML standard, `getHTML`; Chromium since 125); a
 * page without any is told by one walk over its elements. The caller runs it under its Deadline: a busy page never answers.
 */
export function snapshotDom(page: Page): Promise<DomSnapshot> {
  return page.evaluate((max) => {
    const shadowRoots: ShadowRoot[] = [];
    const find = (within: Document | ShadowRoot): void => {
      for (const { shadowRoot } of within.querySelectorAll('*')) {
        // A form answers for its field of that name.
        if (!(shadowRoot instanceof ShadowRoot)) continue;
        shadowRoots.push(shadowRoot);
        find(shadowRoot);
      }
    };
    const whole = (root: Element): string => {
      if (document.contentType === 'text/html') find(document);
      if (shadowRoots.length === 0) return root.outerHTML;
      const end = `</${root.localName}>`;
      const begin = (root.cloneNode(false) as Element).outerHTML.slice(0, -end.length);
      return `${begin}${root.getHTML({ serializableShadowRoots: true, shadowRoots })}${end}`;
    };
    const doctype = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : '';
    const root: Element | null = document.documentElement;
    const html = `${doctype}${root === null ? '' : whole(root)}`;
    return { html: html.slice(0, max), clipped: html.length > max };
  }, MAX_HTML_CHARS);
}

/** How many elements stand in the page now. The caller runs it under its Deadline. */
export function elementsOf(page: Page): Promise<number> {
  return page.evaluate(() => document.getElementsByTagName('*').length);
}

/** A screenshot with its size in CSS pixels. */
export interface Screenshot {
  png: Buffer;
  width: number;
  height: number;
}

/** Highest picture the browser's compositor draws in one piece. */
const MAX_HEIGHT = 16_000;

/**
 * The whole page in one picture. Apps scroll an inner box, so the viewport is first made as tall as the tallest
 * scrolled content; running animations are put at their end. PNG by the browser's fast encoder: 254–315 ms for a page
 * of 5 500 px where Playwright's takes 530 ms (specs/fleet.md 3), and it is lossless. Deadline is the caller's.
 */
export async function takeScreenshot(page: Page, cdp: CDPSession): Promise<Screenshot> {
  const { width, height } = await page.evaluate(async (maxHeight) => {
    for (const animation of document.getAnimations()) {
      const end = animation.effect?.getComputedTiming().endTime;
      if (typeof end !== 'number' || !Number.isFinite(end)) continue;
      try {
        animation.finish();
      } catch {
        // At rate 0 it has no end to be put at (InvalidStateError): it is drawn as it stands.
      }
    }
    await Promise.race([document.fonts.ready, new Promise((done) => setTimeout(done, 1_000))]);
    let tallest = document.documentElement.scrollHeight;
    for (const element of document.querySelectorAll('*')) {
      const hidden = element.scrollHeight - element.clientHeight;
      if (hidden <= 0 || element.clientHeight < 200) continue;
      const { overflowY } = getComputedStyle(element);
      if (overflowY === 'auto' || overflowY === 'scroll') tallest = Math.max(tallest, innerHeight + hidden);
    }
    return { width: innerWidth, height: Math.min(maxHeight, Math.max(innerHeight, tallest)) };
  }, MAX_HEIGHT);
  const viewport = page.viewportSize();
  const grows = viewport !== null && height > viewport.height;
  // Over one session, one right behind the other: the page is laid out and drawn for both at once.
  const resized = grows ? resize(cdp, viewport.width, height) : undefined;
  const { data } = await cdp.send('Page.captureScreenshot', {
    format: 'png',
    optimizeForSpeed: true,
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width, height, scale: 1 },
  });
  await resized;
  return { png: Buffer.from(data, 'base64'), width, height };
}

function resize(cdp: CDPSession, width: number, height: number): Promise<unknown> {
  const size = { width, height, screenWidth: width, screenHeight: height };
  return awaitedLater(
    cdp.send('Emulation.setDeviceMetricsOverride', { ...size, mobile: false, deviceScaleFactor: 1 }),
  );
}

/** The page with its style sheets and images as one MHTML text (RFC 2557), made by the browser. */
export async function snapshotMhtml(cdp: CDPSession): Promise<string> {
  const { data } = await cdp.send('Page.captureSnapshot', { format: 'mhtml' });
  return data;
}
