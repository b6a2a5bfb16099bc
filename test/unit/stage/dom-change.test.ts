import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changedPage, growthSteps, innerHtmlOf, outerHtmlOf } from '../../../src/stage/dom-change.ts';
import {
  scrambledClass,
  scrambledPage,
  scrambledPlay,
  scrambledSelector,
} from '../../../src/stage/scramble.ts';
import { echoScript, FINISHED_PAGE } from '../../integration/stage/echo-stage.ts';

describe('changing a page', () => {
  const page =
    '<!DOCTYPE html><html><head></head><body><ul><li class="a">1</li><li>2</li></ul></body></html>';

  test('changes every match, in order, and ignores what is not there', () => {
    const changed = changedPage(page, [
      { do: 'append', at: 'ul', html: '<li>3</li>' },
      { do: 'set', at: 'li', name: 'data-x', value: 'y' },
      { do: 'class', at: '.a', add: ['b'], remove: ['a'] },
      { do: 'before', at: '.b', html: '<!--first-->' },
      { do: 'remove', at: '.gone' },
    ]);
    expect(innerHtmlOf(changed, 'ul')).toBe(
      '<!--first--><li class="b" data-x="y">1</li><li data-x="y">2</li><li data-x="y">3</li>',
    );
    expect(changed.startsWith('<!DOCTYPE html><html>')).toBe(true);
  });

  test('tells undefined for what a page does not have', () => {
    expect(innerHtmlOf(page, '.gone')).toBeUndefined();
    expect(outerHtmlOf(page, '.gone')).toBeUndefined();
    expect(outerHtmlOf(page, '.a')).toBe('<li class="a">1</li>');
  });
});

describe('growth steps', () => {
  test('follow the top-level blocks, comments and text with the block they precede', () => {
    expect(growthSteps('<div id="a">text <p>1</p><!--x--><p>2</p> tail</div>', '#a')).toEqual([
      'text <p>1</p>',
      '<!--x--><p>2</p> tail',
    ]);
    expect(growthSteps('<div id="a">only text</div>', '#a')).toEqual(['only text']);
    expect(growthSteps('<div id="a"></div>', '#a')).toEqual([]);
    expect(growthSteps('<div></div>', '#a')).toEqual([]);
  });

  test('joined give the whole content', () => {
    const part = fc.constantFrom('<p>one</p>', '<!--note-->', 'text', '<ul><li>a</li></ul>', '<b>x</b>');
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const html = `<div id="a">${parts.join('')}</div>`;
        expect(growthSteps(html, '#a').join('')).toBe(innerHtmlOf(html, '#a') ?? '');
      }),
    );
  });
});

describe('scrambling', () => {
  test('renames a class everywhere alike and touches nothing else', () => {
    const html =
      '<!DOCTYPE html><html><head><style>.hid{display:none} .free{a:b}</style></head><body id="hid">' +
      '<p class="hid  lead" data-class="hid"><!--class="hid"-->hid</p><p class="hid">x</p></body></html>';
    const hid = scrambledClass('hid');
    expect(scrambledPage(html)).toBe(
      `<!DOCTYPE html><html><head><style>.${hid}{display:none} .free{a:b}</style></head><body id="hid">` +
        `<p class="${hid} ${scrambledClass('lead')}" data-class="hid"><!--class="hid"-->hid</p><p class="${hid}">x</p></body></html>`,
    );
  });

  test('depends on the seed, and never gives a name back', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z][\w-]{0,20}$/), (name) => {
        expect(scrambledClass(name)).not.toBe(name);
        expect(scrambledClass(name, 'one')).not.toBe(scrambledClass(name, 'two'));
        expect(scrambledClass(name)).toMatch(/^[a-zA-Z][a-zA-Z0-9]*$/);
      }),
    );
  });

  test('selectors follow, attribute conditions do not', () => {
    const [a, b] = [scrambledClass('a'), scrambledClass('b-c')];
    expect(scrambledSelector('div.a > #id.b-c[href$=".pdf"]:not(.a)')).toBe(
      `div.${a} > #id.${b}[href$=".pdf"]:not(.${a})`,
    );
  });

  test('a scrambled play still fits together', () => {
    const script = scrambledPlay(echoScript('#field'));
    const answer = innerHtmlOf(scrambledPage(FINISHED_PAGE), script.growth.containerSelector);
    expect(script.growth.steps.join('')).toBe(answer);
    expect(script.onSubmit[0]).toMatchObject({
      at: '#thread',
      html: expect.stringContaining(scrambledClass('answer')),
    });
    expect(JSON.stringify(script.onSubmit)).not.toContain('assistant');
  });
});
