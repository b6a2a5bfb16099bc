import type { Page } from 'playwright';

/** A place in the viewport, CSS pixels. */
export interface ViewportPoint {
  x: number;
  y: number;
}

/**
 * Middle of the first visible match, scrolled into view, where a click would really hit it: nothing covers it, it is
 * enabled, and no animation runs in it or around it. Null otherwise: then it has to be waited for, which a locator does.
 * One round trip and no script of Playwright's own in the page, where its click takes three, two frames and 0.3 MB of
 * script. The caller runs it under its Deadline.
 */
export function clickPoint(page: Page, css: string): Promise<ViewportPoint | null> {
  return page.evaluate((selector) => {
    const visible = (one: Element): boolean => one.checkVisibility?.({ visibilityProperty: true }) ?? true;
    const element = [...document.querySelectorAll(selector)].find(visible);
    if (element === undefined || ('disabled' in element && element.disabled)) return null;
    const moves = document.getAnimations().some(({ effect, playState }) => {
      const target = effect instanceof KeyframeEffect ? effect.target : null;
      return (
        playState === 'running' && target !== null && (target.contains(element) || element.contains(target))
      );
    });
    if (moves) return null;
    const inside = (box: DOMRect): boolean =>
      box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
    if (!inside(element.getBoundingClientRect()))
      element.scrollIntoView({ block: 'center', behavior: 'instant' });
    const box = element.getBoundingClientRect();
    const point = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
    const hit = document.elementFromPoint(point.x, point.y);
    return hit !== null && (element.contains(hit) || hit.closest('label')?.control === element)
      ? point
      : null;
  }, css);
}
