import { createHash } from 'node:crypto';
import { type DomChange, parsePage } from './dom-change.ts';
import type { PlayScript, PlayTrigger } from './player.ts';

/** The new name of a class: the same for the same name and seed everywhere, so that fragments fit their page. */
export function scrambledClass(name: string, seed = ''): string {
  return `x${createHash('sha256').update(`${seed}\n${name}`).digest('base64url').replace(/[-_]/g, '').slice(0, 7)}`;
}

const CLASS_IN_SELECTOR = /\.(-?[_a-zA-Z][\w-]*)/g;

/** A selector with its class names renamed; strings in attribute conditions are left alone. */
export function scrambledSelector(selector: string, seed = ''): string {
  return selector
    .split(/(\[[^\]]*\])/)
    .map((part) =>
      part.startsWith('[')
        ? part
        : part.replace(CLASS_IN_SELECTOR, (_all, name: string) => `.${scrambledClass(name, seed)}`),
    )
    .join('');
}

function scrambledCss(css: string, names: ReadonlySet<string>, seed: string): string {
  return css.replace(CLASS_IN_SELECTOR, (all, name: string) =>
    names.has(name) ? `.${scrambledClass(name, seed)}` : all,
  );
}

/**
 * The page or fragment with every class renamed, in attributes and in its style sheets, as a site's next build would.
 * Nothing else changes: ids, data attributes, roles, comments and texts stay. Pure.
 */
export function scrambledPage(html: string, seed = ''): string {
  const $ = parsePage(html);
  const names = new Set<string>();
  $('[class]').each((_index, element) => {
    const own = ($(element).attr('class') ?? '').split(/\s+/).filter((name) => name !== '');
    for (const name of own) names.add(name);
    $(element).attr('class', own.map((name) => scrambledClass(name, seed)).join(' '));
  });
  $('style').each((_index, element) => {
    $(element).text(scrambledCss($(element).text(), names, seed));
  });
  return $.html();
}

function scrambledChange(change: DomChange, seed: string): DomChange {
  const at = scrambledSelector(change.at, seed);
  if ('html' in change) return { ...change, at, html: scrambledPage(change.html, seed) };
  if (change.do === 'class') {
    const renamed = (names: readonly string[] | undefined) =>
      (names ?? []).map((name) => scrambledClass(name, seed));
    return { ...change, at, add: renamed(change.add), remove: renamed(change.remove) };
  }
  return { ...change, at };
}

function scrambledTrigger(trigger: PlayTrigger, seed: string): PlayTrigger {
  if (trigger.kind !== 'submit') return trigger;
  const button = trigger.button === null ? null : scrambledSelector(trigger.button, seed);
  return { ...trigger, field: scrambledSelector(trigger.field, seed), button };
}

/** A play whose pages, growth and changes all have renamed classes. Frames stay: they are the surface's own words. */
export function scrambledPlay(script: PlayScript, seed = ''): PlayScript {
  const changes = (list: readonly DomChange[] | undefined) =>
    (list ?? []).map((change) => scrambledChange(change, seed));
  const { trigger, growth } = script;
  return {
    ...script,
    entryHtml: scrambledPage(script.entryHtml, seed),
    trigger: scrambledTrigger(trigger, seed),
    growth: {
      ...growth,
      containerSelector: scrambledSelector(growth.containerSelector, seed),
      steps: growth.steps.map((step) => scrambledPage(step, seed)),
    },
    onSubmit: changes(script.onSubmit),
    whileBusy: changes(script.whileBusy),
    whenDone: changes(script.whenDone),
    whenCut: changes(script.whenCut),
    whenRefused: changes(script.whenRefused),
    whenTyped: changes(script.whenTyped),
    whenEmpty: changes(script.whenEmpty),
    clicks: (script.clicks ?? []).map((click) => ({
      at: scrambledSelector(click.at, seed),
      changes: changes(click.changes),
    })),
    timeline: (script.timeline ?? []).map((moment) => ({ ...moment, changes: changes(moment.changes) })),
  };
}
