import { describe, expect, it } from 'vitest';
import { parseHtml, visibleText } from '../../../src/extract/dom.ts';

const seen = (html: string): string => visibleText(parseHtml(html).root()[0] ?? expect.unreachable());
const root = (html: string): string => `<template shadowrootmode="open">${html}</template>`;

describe('a shadow root in stored HTML', () => {
  it('is read where people see it: in its host, with the host’s own children in their slots', () => {
    const card = root(
      '<style>b{}</style><h2><slot name="title">untitled</slot></h2><p>Rated <slot></slot></p>',
    );
    expect(seen(`<x-card>${card}<b slot="title">Acme</b>four stars</x-card><p>after</p>`)).toBe(
      'Acme\nRated four stars\nafter',
    );
  });

  it('shows what a slot holds itself where nothing is given, and of two slots with one name fills the first', () => {
    const twice = root(
      '<p><slot name="a">first</slot></p><p><slot name="a">second</slot></p><slot>none</slot>',
    );
    expect(seen(`<x-a>${twice}</x-a>`)).toBe('first\nsecond\nnone');
    expect(seen(`<x-a>${twice}<i slot="a">given</i></x-a>`)).toBe('given\nsecond\nnone');
  });

  it('shows no child that has no slot, and keeps it readable all the same', () => {
    const page = `<x-a>${root('<p>shown</p>')}<p id="unseen">unseen</p><!--kept--></x-a>`;
    expect(seen(page)).toBe('shown');
    expect(parseHtml(page)('x-a #unseen').text()).toBe('unseen');
  });

  it('may hold another, and hand on what it was given', () => {
    const inner = root('<em><slot name="x"></slot></em>');
    const outer = root(`<p>outer</p><x-in>${inner}<slot name="y" slot="x"></slot></x-in>`);
    const $ = parseHtml(`<x-out>${outer}<b slot="y">deep</b></x-out>`);
    expect($('em b').text()).toBe('deep');
    expect(visibleText($.root()[0] ?? expect.unreachable())).toBe('outer\ndeep');
  });

  it('is the first of its host only, and never a plain template', () => {
    expect(
      seen(`<x-a>${root('<p>one</p>')}${root('<p>two</p>')}<template><p>inert</p></template></x-a>`),
    ).toBe('one');
  });
});

describe('a page without shadow roots', () => {
  it('is read as it was, slots and templates included', () => {
    const page = '<html><body><slot name="a"><p>one</p></slot><template><p>two</p></template></body></html>';
    expect(parseHtml(page).html()).toBe(page);
  });
});
