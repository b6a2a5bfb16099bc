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
  /** Which marks show and whether there is text, as one word to compare. */
  marks: string;
  /** How long ago the text last changed during this look, ms; null when it did not. */
  changedAgoMs: number | null;
}

/** How long one look may last, and what the look before it saw. */
export interface LookSpan {
  fingerprint: string | null;
  marks: string;
  /** At most this long, ms; 0: one glance. */
  spanMs: number;
  /** From one glance to the next, ms; 50 when absent. */
  glanceMs?: number;
}

/** A look that lasts glances at the page this often, or less where a glance itself takes long (pages of 20 MB). */
const GLANCE_MS = 50;

interface Portable {
  name: string;
  any: string[];
}

/**
 * Looks at the page for a while, inside it, so that a wait costs one round trip and not one per glance: the last visible
 * answer element's text (as a fingerprint, so that no text crosses the protocol), and which busy and done marks show.
 * Ends early when a mark appears or goes, or the first text comes. The caller runs it under its Deadline. Glances by
 * timer and not by observers, because a surface is reported to hold its answer back while foreign observers run
 * (google_ai_overview.md 2, 2026-09).
 */
export function sampleAnswer(page: Page, watch: AnswerWatch, span: LookSpan): Promise<AnswerSample> {
  const portable = ({ name, any }: { name: string; any: readonly string[] }): Portable => ({
    name,
    any: [...any],
  });
  return page.evaluate(
    async ({ answer, busy, done, fingerprint, marks, spanMs, glanceMs }) => {
      const visible = (element: Element): boolean =>
        element.checkVisibility?.({ visibilityProperty: true }) ?? true;
      const hits: Record<string, string | null> = {};
      const hit = (selector: Portable): string | null => {
        const css =
          selector.any.find((candidate) => [...document.querySelectorAll(candidate)].some(visible)) ?? null;
        hits[selector.name] = css;
        return css;
      };
      const glance = () => {
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
        };
      };
      const marksOf = (one: ReturnType<typeof glance>): string =>
        [...one.busy, '|', ...one.done, one.textLength > 0].join();
      const began = performance.now();
      let now = glance();
      const pauseMs = Math.max(glanceMs, 4 * (performance.now() - began));
      let changedAt = now.fingerprint === fingerprint ? null : began;
      while (marksOf(now) === marks && performance.now() - began + pauseMs <= spanMs) {
        await new Promise((next) => setTimeout(next, pauseMs));
        const before = now.fingerprint;
        now = glance();
        if (now.fingerprint !== before) changedAt = performance.now();
      }
      return {
        ...now,
        hits,
        marks: marksOf(now),
        changedAgoMs: changedAt === null ? null : performance.now() - changedAt,
      };
    },
    {
      ...{ answer: portable(watch.answer), busy: watch.busy.map(portable), done: watch.done.map(portable) },
      ...{ glanceMs: GLANCE_MS, ...span },
    },
  );
}
