import type { DraftSource } from '../../src/contract/extraction.ts';
import { type AnyNode, type Element, elementsOf, visibleText } from '../../src/extract/dom.ts';
import { domToMarkdown } from '../../src/extract/dom-markdown.ts';
import { AnswerDraft } from './answer-draft.ts';
import { answerRules } from './answer-markup.ts';
import { draftOf } from './sources.ts';

const PILL = 'webpage-citation-pill';

/** Cards, maps and the like inside the answer: by class, or, should that go, a box with a test id of its own. */
const isWidget = (element: Element): boolean => {
  const testId = element.attribs['data-testid'] ?? '';
  return (
    / (?:not-prose|dil-widget-shell) /.test(` ${element.attribs.class ?? ''} `) ||
    /-map-widget$|^quillbot-/.test(testId) ||
    (element.name === 'div' &&
      testId !== '' &&
      ![...elementsOf(element)].some(({ name }) => name === 'table' || name === 'pre'))
  );
};

/**
 * Reads the signed-in app's answer markup (chatgpt.md e2, seen 2026-02; later notes to 2026-09). A citation is a pill
 * whose link is its first source only; the rest ("+2") is on the network. Pure.
 */
export function readSignedInAnswer(roots: readonly AnyNode[]): { markdown: string; draft: AnswerDraft } {
  const draft = new AnswerDraft();
  const rules = answerRules(
    (element) => (element.attribs['data-testid'] === PILL ? draft.cite(pillSources(element)) : undefined),
    (element) => isWidget(element) && noteCards(element, draft),
  );
  return { markdown: domToMarkdown(roots, rules), draft };
}

function pillSources(pill: Element): DraftSource[] {
  const label = visibleText(pill).replace(/\s*\+\d+\s*$/, '');
  return [...elementsOf(pill)].flatMap(({ name, attribs }) => {
    if (name !== 'a') return [];
    return (
      draftOf({
        url: attribs.href ?? null,
        title: null,
        attribution: label,
        snippet: null,
        pub_date: null,
      }) ?? []
    );
  });
}

/** Cards of a widget, images for now: what the DOM of product cards looks like is not known well enough to name prices. */
function noteCards(widget: Element, draft: AnswerDraft): true {
  for (const { name, attribs } of elementsOf(widget)) {
    const { src, alt } = attribs;
    if (name !== 'img' || src === undefined || !/^https:/.test(src) || alt === undefined || alt === '')
      continue;
    draft.cards.push({ type: 'image', text: alt, url: src });
  }
  return true;
}
