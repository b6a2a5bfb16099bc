import type { Page } from 'playwright';
import type { AnswerWatch } from '../contract/surface.ts';

/** One look at an answer under way. */
export interface AnswerSample {
  fingerprint: string | null;
  textLength: number;
  busy: string[];
  done: string[];
  /** Which alternative of each selector hit, by selector name. */
  hits: Record<string, string | null>;
}

interface Portable {
  name: string;
  any: string[];
}

/**
 * Looks at the page once: the last visible answer element's text (as a fingerprint, so that no text crosses the
 * protocol), and which busy and done marks show. The caller runs it under its Deadline. Polling by evaluation, because
 * a surface is reported to hold its answer back while foreign observers run (google_ai_overview.md 2, 2026-09).
 */
export function sampleAnswer(page: Page, watch: AnswerWatch): Promise<AnswerSample> {
  const portable = ({ name, any }: { name: string; any: readonly string[] }): Portable => ({
    name,
    any: [...any],
  });
  return page.evaluate(
    ({ answer, busy, done }) => {
      const visible = (element: Element): boolean =>
        element.checkVisibility?.({ visibilityProperty: true }) ?? true;
      const hits: Record<string, string | null> = {};
      const hit = (selector: Portable): string | null => {
        const css =
          selector.any.find((candidate) => [...document.querySelectorAll(candidate)].some(visible)) ?? null;
        hits[selector.name] = css;
        return css;
      };
      const css = hit(answer);
      const element = css === null ? undefined : [...document.querySelectorAll(css)].filter(visible).at(-1);
      const text = element?.textContent ?? '';
      let hash = 5381;
      for (let index = 0; index < text.length; index++)
        hash = ((hash << 5) + hash + text.charCodeAt(index)) | 0;
      return {
        fingerprint: element === undefined ? null : `${text.length}:${hash}`,
        textLength: text.trim().length,
        busy: busy.filter((selector) => hit(selector) !== null).map(({ name }) => name),
        done: done.filter((selector) => hit(selector) !== null).map(({ name }) => name),
        hits,
      };
    },
    { answer: portable(watch.answer), busy: watch.busy.map(portable), done: watch.done.map(portable) },
  );
}
