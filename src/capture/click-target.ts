import type { CDPSession, Page } from 'playwright';
import type { ControlState } from './controls.ts';

/** A place in the viewport, CSS pixels. */
export interface ViewportPoint {
  x: number;
  y: number;
}

/** A field or button that is about to be clicked. */
export interface ClickTarget {
  /** The alternative of its selector that found it. */
  css: string;
  state: ControlState;
  /** Where a click would really hit it; null where it has to be waited for, which a locator does. */
  point: ViewportPoint | null;
}

/**
 * The first visible match of the first alternative that has one, as it stands, scrolled into view, and the middle of it if a
 * click there would really hit it: nothing covers it, it is enabled, and no animation runs in it or around it. Null when nothing is visible. One round trip
 * and no script of Playwright's own in the page, where its click takes three, two frames and 0.3 MB of script. The
 * caller runs it under its Deadline.
 */
export function clickTarget(page: Page, any: readonly string[]): Promise<ClickTarget | null> {
  return page.evaluate(
    (alternatives) => {
      const visible = (one: Element): boolean => one.checkVisibility?.({ visibilityProperty: true }) ?? true;
      const firstOf = (one: string): Element | undefined => [...document.querySelectorAll(one)].find(visible);
      const css = alternatives.find((one) => firstOf(one) !== undefined);
      const element = css === undefined ? undefined : firstOf(css);
      if (css === undefined || element === undefined) return null;
      const disabled = 'disabled' in element && Boolean(element.disabled);
      const state = {
        isInput: 'value' in element,
        text: 'value' in element ? String(element.value) : (element.textContent ?? ''),
        enabled: !disabled && element.getAttribute('aria-disabled') !== 'true',
      };
      const moves = document.getAnimations().some(({ effect, playState }) => {
        const target = effect instanceof KeyframeEffect ? effect.target : null;
        return (
          playState === 'running' && target !== null && (target.contains(element) || element.contains(target))
        );
      });
      if (disabled || moves) return { css, state, point: null };
      const inside = (box: DOMRect): boolean =>
        box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
      if (!inside(element.getBoundingClientRect()))
        element.scrollIntoView({ block: 'center', behavior: 'instant' });
      const box = element.getBoundingClientRect();
      const point = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
      const hit = document.elementFromPoint(point.x, point.y);
      const isHit = hit !== null && (element.contains(hit) || hit.closest('label')?.control === element);
      return { css, state, point: isHit ? point : null };
    },
    [...any],
  );
}

/**
 * A click at a place as a mouse makes it: there, down, up (what Playwright's click sends, 1.65), asked for together, so that it
 * costs one round trip and not three. Resolves when the page has taken all of it. The caller runs it under its Deadline.
 */
export async function clickPoint(cdp: CDPSession, { x, y }: ViewportPoint): Promise<void> {
  const at = { x, y, pointerType: 'mouse' } as const;
  const left = { ...at, button: 'left', clickCount: 1 } as const;
  await Promise.all([
    cdp.send('Input.dispatchMouseEvent', { type: 'mouseMoved', ...at, button: 'none', buttons: 0 }),
    cdp.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...left, buttons: 1, force: 0.5 }),
    cdp.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...left, buttons: 0 }),
  ]);
}
