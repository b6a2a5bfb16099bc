import type { ReportMetrics } from '../measure/report-metrics.ts';
import { linked, section, table } from './blocks.ts';
import type { Evidence } from './evidence.ts';
import { html, type Markup, name } from './markup.ts';
import { count, surfaceTitle } from './wording.ts';

/** How one answer speaks of the own brand, as a language model labelled it. No number is made of it. */
export interface AnswerSentiment {
  promptId: string;
  surface: string;
  /** Null where its passes disagree. */
  label: string | null;
  /** The words of the answer that decide it. */
  quote: string | null;
  /** The label of each pass. */
  passes: readonly string[];
  model: string;
  /** Names what was asked. */
  promptHash: string;
}

/** The most that are shown: with quotes in them, more would make the file large. */
const SHOWN = 300;
/** UTF-16 units of a prompt: enough to know it by. */
const PROMPT_SHOWN = 100;

/** Labels that a language model gave, answer by answer; never summed up. Nothing without one. */
export function sentimentSection(
  brand: string,
  sentiments: readonly AnswerSentiment[],
  { prompts }: ReportMetrics,
  evidence: Evidence,
): Markup {
  if (sentiments.length === 0) return html``;
  const texts = new Map(prompts.map(({ id, text }) => [id, text]));
  const shown = sentiments.slice(0, SHOWN);
  const rows = shown.map(({ promptId, surface, label, quote, passes, promptHash }) => {
    const place = evidence.promptNumber(promptId);
    const cell = `P${place ?? '–'} on ${surfaceTitle(surface)}`;
    return {
      cells: [
        html`${linked(cell, evidence.href({ surface, promptId }))} <bdi>${begun(texts.get(promptId) ?? '')}</bdi>`,
        label ?? html`none: ${passes.join(', then ')}`,
        quote === null ? '–' : html`“<bdi>${quote}</bdi>”`,
        html`<code>${promptHash.slice(0, 12)}</code>`,
      ],
    };
  });
  const models = [...new Set(sentiments.map(({ model }) => model))];
  const columns = [
    { head: 'Answer' },
    { head: 'Label' },
    { head: 'Words that decide it' },
    { head: 'Prompt hash' },
  ];
  return section(
    'sentiment',
    'How answers speak of the brand, as a language model reads it',
    html`<p>Basis: <strong>llm</strong>, not a measurement. ${models.map((model, index) => html`${index > 0 && ', '}<code>${model}</code>`)} read each answer shown that names ${name(brand)} twice, the second time with chance in it, and had to copy the words that decide it. Where its readings differ there is no label. No figure of this report is made of these labels, and they are not counted: a tally would look like one.</p>`,
    shown.length < sentiments.length &&
      html`<p>The first ${count(shown.length)} of ${count(sentiments.length)}; all are in the report's JSON.</p>`,
    table('Labels by a language model', columns, rows),
  );
}

function begun(text: string): string {
  return text.length <= PROMPT_SHOWN ? text : `${text.slice(0, PROMPT_SHOWN).toWellFormed()}…`;
}
