import { describe, expect, it } from 'vitest';
import { compose } from '../../../src/extract/compose.ts';
import { parseHtml } from '../../../src/extract/dom.ts';
import { domToMarkdown } from '../../../src/extract/dom-markdown.ts';
import { markText } from '../../../src/extract/marks.ts';

function markdownOf(html: string): string {
  const root = parseHtml(html).root().get(0);
  return root === undefined
    ? ''
    : domToMarkdown(root, { replace: ({ name }) => (name === 'cite' ? markText(0) : undefined) });
}

const textOf = (html: string): string => compose(markdownOf(html)).text;

describe('emphasis never leaves its asterisks in the text', () => {
  it.each([
    ['<p><strong>場所：</strong>東京</p>', '場所：東京'],
    ['<p>場所<b>「東京」</b>です</p>', '場所「東京」です'],
    ['<p>a<em>(b)</em>c</p>', 'a(b)c'],
    ['<p><span><strong>Bold.</strong></span><span>Next</span></p>', 'Bold.Next'],
    ['<p><strong>Cited.<cite></cite></strong>Next</p>', 'Cited.Next'],
    ['<p>x<strong><em>(both)</em></strong>y</p>', 'x(both)y'],
    ['<ul><li><strong>أولاً:</strong>نص</li></ul>', 'أولاً:نص'],
    ['<p><strong>line</strong><br>next</p>', 'line\nnext'],
  ])('%s', (html, text) => {
    expect(textOf(html)).toBe(text);
  });

  it('writes asterisks where they work', () => {
    expect(markdownOf('<p>A <strong>bold:</strong> word and <em>one</em>.</p>')).toBe(
      'A **bold:** word and *one*.',
    );
  });
});
