import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseHtml } from '../../../src/extract/dom.ts';
import { parsePage } from '../../../src/extract/page-query.ts';
import { selectorPlan } from '../../../src/extract/selector-plan.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SURFACES = readdirSync(`${ROOT}surfaces`, { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
);

/** Every text that a surface's selectors and walls hold: CSS mostly, and whatever else must do no harm. */
async function selectorsOf(surface: string): Promise<string[]> {
  const found = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === 'string') found.add(value);
    else if (typeof value === 'object' && value !== null && !(value instanceof RegExp))
      Object.values(value).forEach(collect);
  };
  for (const file of ['selectors.ts', 'walls.ts'])
    if (existsSync(`${ROOT}surfaces/${surface}/${file}`))
      collect(await import(`${ROOT}surfaces/${surface}/${file}`));
  return [...found].filter((text) => /[[.#\s]/.test(text) && isCss(text));
}

function isCss(text: string): boolean {
  try {
    parseHtml('<p></p>')(text);
    return true;
  } catch {
    return false;
  }
}

const PAGE = `<html><body><div id="a" class="one two"><p data-x="1">first</p><p data-x="2" hidden>second</p></div>
<section CLASS="two"><svg><a href="/x" type="TEXT/html">s</a></svg><p data-x="1" class="one">third</p></section></body></html>`;

describe('a page that is asked much', () => {
  it('answers every selector of every surface as a walk over the page does, on every page of theirs', async () => {
    let answered = 0;
    for (const { name } of SURFACES) {
      const selectors = await selectorsOf(name);
      const folder = `${ROOT}fixtures/${name}`;
      for (const pageOf of existsSync(folder) ? readdirSync(folder) : []) {
        const file = `${folder}/${pageOf}/page.html`;
        if (!existsSync(file)) continue;
        const html = readFileSync(file, 'utf8');
        const [walked, asked] = [parseHtml(html), parsePage(html)];
        for (const css of selectors) {
          const expected = walked(css).toArray();
          const found = asked(css).toArray();
          expect(
            found.map((element) => asked.html(element)),
            `${name}/${pageOf}: ${css}`,
          ).toEqual(expected.map((element) => walked.html(element)));
          answered += expected.length;
        }
      }
    }
    expect(answered).toBeGreaterThan(100);
  });

  it.each([
    ['p', 3],
    ['P.one', 1],
    ['.two', 2],
    ['#a p[data-x="1"], section > p', 2],
    ['section > p, #a p[data-x="1"], p', 3],
    ['[data-x]:not([hidden])', 2],
    ['div:has([data-x="2"]) p', 2],
    ['a[type="text/html"]', 1],
    ['#none p', 0],
    ['p[data-x="3"]', 0],
    ['p + p', 1],
    ['p:first-child', 1],
    ['p:first', 1],
    ['*', 9],
  ])('%s finds %i', (css, count) => {
    const [walked, asked] = [parseHtml(PAGE), parsePage(PAGE)];
    const found = asked(css).toArray();
    expect(found).toHaveLength(count);
    expect(found.map((element) => asked.html(element))).toEqual(
      walked(css)
        .toArray()
        .map((element) => walked.html(element)),
    );
  });

  it('leaves to a walk what it cannot tell by marks', () => {
    for (const css of [
      '*',
      ':is(p, a)',
      'p:first',
      'p:nth-child(2)',
      'a\\:b',
      'p !',
      'svg|a',
      '[a!="b"]',
      'p,',
      '',
    ])
      expect(selectorPlan(css)).toBeUndefined();
    expect(selectorPlan('a:has(> b), [data-x="(]"] i')).toEqual([
      { subject: [{ kind: 'tag', name: 'a' }], around: [] },
      { subject: [{ kind: 'tag', name: 'i' }], around: [{ kind: 'attribute', name: 'data-x', value: '(]' }] },
    ]);
  });
});
