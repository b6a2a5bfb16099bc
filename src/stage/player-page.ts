/// <reference lib="dom" />
import type { DomChange } from './dom-change.ts';
import type { PagePlay } from './player.ts';

// Everything below runs inside the played page: `playerElement` sends these functions as text. They may use each other
// and the browser, and nothing else of this module. The exported ones also go into the script of socket-player.ts.

interface PlayState {
  play: PagePlay;
  busy: boolean;
  shown: number;
  received: number;
  /** What was typed. */
  asked: string;
  /** The same without scene prefix: what the page shows and sends. */
  query: string;
}

export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export function changeElement(element: Element, change: DomChange, query: string): void {
  const html = 'html' in change ? change.html.replaceAll('{{query}}', escapeMarkup(query)) : '';
  if (change.do === 'set') element.setAttribute(change.name, change.value.replaceAll('{{query}}', query));
  if (change.do === 'unset') element.removeAttribute(change.name);
  if (change.do === 'class') {
    element.classList.add(...(change.add ?? []));
    element.classList.remove(...(change.remove ?? []));
  }
  if (change.do === 'append') element.insertAdjacentHTML('beforeend', html);
  if (change.do === 'before') element.insertAdjacentHTML('beforebegin', html);
  if (change.do === 'after') element.insertAdjacentHTML('afterend', html);
  if (change.do === 'fill') element.innerHTML = html;
  if (change.do === 'replace') element.outerHTML = html;
  if (change.do === 'remove') element.remove();
}

export function changePage(changes: readonly DomChange[], query: string): void {
  for (const change of changes) {
    for (const element of document.querySelectorAll(change.at)) changeElement(element, change, query);
  }
}

function typedText(field: Element): string {
  if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) return field.value.trim();
  // innerText, not textContent: line breaks of a rich editor are part of what was typed.
  return field instanceof HTMLElement ? field.innerText.trim() : '';
}

function withoutScene(text: string): string {
  return text.replace(/^\s*\[scene:[^\]]*\]\s*/, '');
}

function emptyField(field: Element): void {
  if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) field.value = '';
  else field.replaceChildren();
}

function grow(state: PlayState): void {
  const { growth, totalBytes } = state.play;
  const reached = totalBytes === 0 ? 1 : Math.min(1, state.received / totalBytes);
  const due = Math.floor(reached * growth.steps.length);
  const container = [...document.querySelectorAll(growth.containerSelector)].at(-1);
  if (container === undefined)
    throw new Error(`stage: nothing matches ${growth.containerSelector}, so nothing can grow`);
  while (state.shown < due) {
    const step = growth.steps[state.shown] ?? '';
    if (growth.mode === 'replace') container.innerHTML = step;
    else container.insertAdjacentHTML('beforeend', step);
    state.shown += 1;
  }
}

function showConversationUrl(state: PlayState, at: 'first_frame' | 'done'): void {
  const { conversationUrl, conversationUrlAt } = state.play;
  if (conversationUrl !== null && conversationUrlAt === at) history.pushState(null, '', conversationUrl);
}

function requestInit(state: PlayState): RequestInit {
  const { method, body, queryHeader } = state.play;
  // The document's own query wins; what was typed keeps the scene in a browser that has no context headers.
  const headers: Record<string, string> = {
    [queryHeader]: encodeURIComponent(state.play.query || state.asked),
  };
  if (body.kind === 'none') return { method, headers };
  if (body.kind === 'form') {
    const fields = Object.entries(body.fields).map(([name, value]) => [
      name,
      value.replaceAll('{{query}}', state.query),
    ]);
    return { method, headers, body: new URLSearchParams(fields) };
  }
  const quoted = JSON.stringify(state.query).slice(1, -1);
  headers['content-type'] = 'application/json';
  return { method, headers, body: JSON.stringify(body.value).replaceAll('{{query}}', quoted) };
}

async function readAnswer(state: PlayState, body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (state.received === 0) {
      changePage(state.play.whileBusy, state.query);
      showConversationUrl(state, 'first_frame');
    }
    state.received += part.value.length;
    grow(state);
  }
}

async function ask(state: PlayState): Promise<void> {
  const { play } = state;
  state.busy = true;
  state.shown = 0;
  state.received = 0;
  changePage(play.onSubmit, state.query);
  try {
    const response = await fetch(play.endpoint, requestInit(state));
    if (!response.ok || response.body === null) {
      changePage(play.whenRefused, state.query);
      return;
    }
    await readAnswer(state, response.body);
    changePage(play.whenDone, state.query);
    showConversationUrl(state, 'done');
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // A mistake in the play itself: shown as the page's error.
    changePage(play.whenCut, state.query); // The network broke (fetch: TypeError): the page shows what the site shows.
  } finally {
    state.busy = false;
  }
}

function submitTyped(state: PlayState): void {
  const { trigger } = state.play;
  if (trigger.kind !== 'submit' || state.busy) return;
  const field = document.querySelector(trigger.field);
  if (field === null || typedText(field) === '') return;
  state.asked = typedText(field);
  state.query = withoutScene(state.asked);
  emptyField(field);
  changePage(state.play.whenEmpty, '');
  void ask(state);
}

function isDisabled(element: Element): boolean {
  return element.getAttribute('aria-disabled') === 'true' || element.hasAttribute('disabled');
}

function listenForSubmit(state: PlayState, fieldSelector: string, buttonSelector: string | null): void {
  const within = (event: Event, selector: string) =>
    event.target instanceof Element ? event.target.closest(selector) : null;
  document.addEventListener('input', (event) => {
    const field = within(event, fieldSelector);
    if (field !== null) changePage(typedText(field) === '' ? state.play.whenEmpty : state.play.whenTyped, '');
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    if (within(event, fieldSelector) === null) return;
    event.preventDefault();
    submitTyped(state);
  });
  document.addEventListener('click', (event) => {
    const button = buttonSelector === null ? null : within(event, buttonSelector);
    if (button === null) return;
    event.preventDefault();
    if (!isDisabled(button)) submitTyped(state);
  });
  document.addEventListener('submit', (event) => {
    if (!(event.target instanceof Element) || event.target.querySelector(fieldSelector) === null) return;
    event.preventDefault();
    submitTyped(state);
  });
}

function listenForClicks(state: PlayState): void {
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element)) return;
    for (const { at, changes } of state.play.clicks) {
      if (event.target.closest(at) === null) continue;
      event.preventDefault();
      changePage(changes, state.query);
      return;
    }
  });
}

function startPlay(play: PagePlay): void {
  const state: PlayState = {
    play,
    busy: false,
    shown: 0,
    received: 0,
    asked: play.query,
    query: withoutScene(play.query),
  };
  const { trigger } = play;
  const begin = () => {
    if (trigger.kind === 'submit') listenForSubmit(state, trigger.field, trigger.button);
    if (trigger.kind === 'load') void ask(state);
  };
  listenForClicks(state);
  for (const { afterMs, changes } of play.timeline)
    setTimeout(() => changePage(changes, state.query), afterMs);
  const ready = () => setTimeout(begin, trigger.kind === 'none' ? 0 : trigger.afterMs);
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', ready, { once: true });
  else ready();
}

const PARTS: readonly ((...args: never[]) => unknown)[] = [
  escapeMarkup,
  changeElement,
  changePage,
  typedText,
  withoutScene,
  emptyField,
  grow,
  showConversationUrl,
  requestInit,
  readAnswer,
  ask,
  submitTyped,
  isDisabled,
  listenForSubmit,
  listenForClicks,
  startPlay,
];

/**
 * The page's own script: one `<script>` that leaves no global behind and takes itself out of the document, so that the
 * serialized page holds none of it.
 */
export function playerElement(play: PagePlay): string {
  const source = PARTS.map((part) => part.toString())
    .join('\n')
    .replaceAll('</script', '<\\/script');
  const data = JSON.stringify(play).replaceAll('<', '\\u003c');
  return `<script>(() => {\ndocument.currentScript.remove();\n${source}\nstartPlay(${data});\n})();</script>`;
}
