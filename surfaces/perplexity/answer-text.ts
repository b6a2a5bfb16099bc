import { parseJson } from '../../src/extract/framing.ts';
import type { Entry } from './entry.ts';
import {
  assetsBlockSchema,
  finalAnswerSchema,
  markdownBlockSchema,
  stepFinalSchema,
  stepsSchema,
  workflowBlockSchema,
} from './wire.ts';

/**
 * The answer as the wire has it, markers `[n]` inside; empty when there is none. In order of trust (perplexity.md d):
 * the workflow's answer text (since 2026-08), the `ask_text` block, the FINAL step of `text`, a Deep Research report,
 * and `text` itself where it is plain words (failed and walled turns).
 */
export function answerMarkdown(entry: Entry): string {
  return (
    workflowAnswer(entry) ||
    askTextAnswer(entry) ||
    finalStep(entry)?.answer ||
    report(entry) ||
    plainWords(entry)
  );
}

function workflowAnswer({ blocks }: Entry): string {
  const workflow = workflowBlockSchema.safeParse(blocks.get('workflow_root')?.workflow_block).data;
  const texts = (workflow?.steps ?? [])
    .flatMap(({ items }) => items)
    .flatMap(({ payload }) => payload?.text_payload ?? [])
    .filter(({ variant }) => variant === 'answer');
  const last = texts.at(-1);
  if (last === undefined) return '';
  // Chunks win while they are more: a cut stream has no whole text yet.
  const streamed = last.chunks.join('');
  const whole = last.text ?? '';
  return whole.length >= streamed.length || !streamed.startsWith(whole) ? whole : streamed;
}

function markdownOf(entry: Entry, usage: string): string {
  const block = markdownBlockSchema.safeParse(entry.blocks.get(usage)?.markdown_block).data;
  // The terminal `answer` may number its citations anew against the chunks (2 of 5 runs, 2026-09-24).
  return block === undefined ? '' : (block.answer ?? '') || block.chunks.join('');
}

function askTextAnswer(entry: Entry): string {
  const whole = markdownOf(entry, 'ask_text');
  if (whole !== '') return whole;
  return [...entry.blocks.keys()]
    .filter((usage) => /^ask_text_\d+_markdown$/.test(usage))
    .sort((left, right) => Number(/\d+/.exec(left)?.[0]) - Number(/\d+/.exec(right)?.[0]))
    .map((usage) => markdownOf(entry, usage))
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The steps of the old layout's `text`; empty where `text` is no JSON. */
export function stepsOf({ head }: Entry): ReturnType<typeof stepsSchema.parse> {
  return head.text === null || !head.text.trimStart().startsWith('[')
    ? []
    : stepsSchema.parse(parseJson(head.text));
}

/** The FINAL step of the old layout: its answer is JSON inside JSON. Until 2025 that JSON was all of `text`. */
export function finalStep(entry: Entry): ReturnType<typeof finalAnswerSchema.parse> | undefined {
  const { text } = entry.head;
  if (text?.trimStart().startsWith('{')) return finalAnswerSchema.safeParse(parseJson(text)).data;
  const final = stepsOf(entry).findLast((step) => step.step_type === 'FINAL');
  const answer = stepFinalSchema.safeParse(final?.content).data?.answer;
  if (answer === null || answer === undefined) return undefined;
  const parsed = finalAnswerSchema.safeParse(parseJson(answer)).data;
  return parsed ?? { answer, web_results: [] };
}

function report({ blocks }: Entry): string {
  const assets =
    assetsBlockSchema.safeParse(blocks.get('unified_assets')?.unified_assets_block).data?.assets ?? [];
  return (
    assets
      .map(({ research_report }) => research_report?.source_content ?? '')
      .findLast((text) => text !== '') ?? ''
  );
}

function plainWords({ head }: Entry): string {
  const words = head.text?.trim() ?? '';
  return /^[[{]/.test(words) ? '' : words;
}
