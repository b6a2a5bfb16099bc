import { expect, it } from 'vitest';
import { isEmptyPage } from '../../../src/capture/page-walls.ts';

const page = (template: string): string =>
  `<!doctype html><title>A title that is no text</title><body><x-app><template${template}><p>All of its text.</p></template></x-app>`;

it('given a page whose whole text stands in a shadow root, then it is not empty; in a plain template it is', () => {
  expect(isEmptyPage(page(' shadowrootmode="open"'))).toBe(false);
  expect(isEmptyPage(page(' id="later" shadowrootmode="open"'))).toBe(false);
  expect(isEmptyPage(page(''))).toBe(true);
  expect(isEmptyPage(page(' data-shadowrootmode="open"'))).toBe(true);
});
