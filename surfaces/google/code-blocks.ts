import {
  type AnyNode,
  closest,
  type Element,
  elementsOf,
  foldSpace,
  isComment,
  isElement,
  visibleText,
} from '../../src/extract/dom.ts';
import { parseJson } from '../../src/extract/framing.ts';

/** What stands around code in an answer: the language label, "Use code with caution.", the copy button. */
export interface CodeChrome {
  /** Elements that belong to code blocks but are not the code. */
  chrome: ReadonlySet<Element>;
  /** Language of a `pre`, as labelled. */
  languages: ReadonlyMap<Element, string>;
}

/**
 * Finds the code blocks of an answer (google_ai_overview.md 4.1; AI Mode pages of 2026-05): each `pre` sits in a
 * component together with a label before it and a caution after it.
 */
export function readCodeChrome(root: Element): CodeChrome {
  const chrome = new Set<Element>();
  const languages = new Map<Element, string>();
  for (const pre of elementsOf(root)) {
    if (pre.name !== 'pre') continue;
    const block = blockOf(pre, root);
    const before: string[] = [];
    for (let inner: Element = pre; inner !== block; ) {
      const parent = inner.parent;
      if (parent === null || !isElement(parent)) break;
      const at = parent.children.indexOf(inner);
      parent.children.forEach((sibling, index) => {
        if (sibling === inner || !isElement(sibling)) return;
        chrome.add(sibling);
        if (index < at) before.push(foldSpace(visibleText(sibling)));
      });
      inner = parent;
    }
    const language = before.find((text) => /^[\w+#.-]{1,20}$/.test(text)) ?? payloadLanguage(block);
    if (language !== undefined) languages.set(pre, language.toLowerCase());
  }
  return { chrome, languages };
}

/** The nearest component around a `pre` that is not the whole answer; the `pre` itself where there is none. */
function blockOf(pre: Element, root: Element): Element {
  const component = closest(
    pre,
    (element) =>
      element === root ||
      ['data-sfc-cp', 'data-sfc-root', 'data-sfc-cb', 'data-bfc'].some((name) => name in element.attribs),
  );
  const whole =
    component === undefined ||
    component === root ||
    closest(pre, (element) => element.name === 'li') !== undefined;
  return whole || [...elementsOf(component)].filter((element) => element.name === 'pre').length > 1
    ? pre
    : component;
}

/** The component's own payload begins with the language and repeats the code. */
function payloadLanguage(block: Element): string | undefined {
  const last = block.children.findLast((child: AnyNode) => isComment(child));
  const json = last !== undefined && isComment(last) ? /\[\[[\s\S]*$/.exec(last.data)?.[0] : undefined;
  const value = json === undefined ? undefined : parseJson(json.replaceAll('&quot;', '"'));
  const first = Array.isArray(value) && Array.isArray(value[0]) ? value[0][0] : undefined;
  return typeof first === 'string' && /^[\w+#.-]{1,20}$/.test(first) ? first : undefined;
}
