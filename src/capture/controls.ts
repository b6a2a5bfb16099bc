import type { Page } from 'playwright';

/** A field or button as it stands. */
export interface ControlState {
  /** It has a value, as inputs have; else it is an editor of the page's own. */
  isInput: boolean;
  text: string;
  enabled: boolean;
}

/** Runs in the page. */
export function stateOfControl(element: Element): ControlState {
  return {
    isInput: 'value' in element,
    text: 'value' in element ? String(element.value) : (element.textContent ?? ''),
    enabled: !('disabled' in element && element.disabled) && element.getAttribute('aria-disabled') !== 'true',
  };
}

/**
 * The first visible match, in one look: a locator would take three round trips for it. Null when nothing is visible. The
 * caller runs it under its Deadline.
 */
export function controlState(page: Page, css: string): Promise<ControlState | null> {
  return page.evaluate((selector) => {
    const visible = (element: Element): boolean =>
      element.checkVisibility?.({ visibilityProperty: true }) ?? true;
    const element = [...document.querySelectorAll(selector)].find(visible);
    if (element === undefined) return null;
    return {
      isInput: 'value' in element,
      text: 'value' in element ? String(element.value) : (element.textContent ?? ''),
      enabled:
        !('disabled' in element && element.disabled) && element.getAttribute('aria-disabled') !== 'true',
    };
  }, css);
}

/** For each list of alternatives, the first whose match is visible, in one look. */
export function visibleHits(page: Page, lists: string[][]): Promise<(string | null)[]> {
  return page.evaluate((all) => {
    const visible = (element: Element): boolean =>
      element.checkVisibility?.({ visibilityProperty: true }) ?? true;
    return all.map((list) => list.find((css) => [...document.querySelectorAll(css)].some(visible)) ?? null);
  }, lists);
}
