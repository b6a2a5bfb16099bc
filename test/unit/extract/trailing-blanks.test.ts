import { describe, expect, it } from 'vitest';
import { parseHtml } from '../../../src/extract/dom.ts';
import { domToMarkdown } from '../../../src/extract/dom-markdown.ts';
import { liftMarks, markText } from '../../../src/extract/marks.ts';

describe('blanks that only part a citation from its text', () => {
  it('go with the mark, no-break spaces too', () => {
    const { markdown, marks } = liftMarks(`Water boils.\u00a0 ${markText(0)}\n\nIt freezes. ${markText(1)}`);
    expect(markdown).toBe('Water boils.\n\nIt freezes.');
    expect(marks.map((mark) => mark.offset)).toEqual(['Water boils.'.length, markdown.length]);
  });

  it('stay where text follows the mark', () => {
    expect(liftMarks(`20\u00a0${markText(0)}km`).markdown).toBe('20\u00a0km');
  });

  it('never end a line of markdown', () => {
    const $ = parseHtml('<div id="a"><p>One.&nbsp;</p><p>Two&nbsp;km.&nbsp; </p></div>');
    const root = $('#a').get(0);
    expect(root && domToMarkdown(root)).toBe('One.\n\nTwo\u00a0km.');
  });
});
