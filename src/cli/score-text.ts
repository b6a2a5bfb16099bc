import type { Factor, Gate, PageScore, Recommendation } from '../contract/page-score.ts';

const BAR = 10;

/** A score for people at a terminal. Text of the page cannot speak to the terminal: control characters are blanks. */
export function describeScore(score: PageScore, stored: string | null): string {
  const lines =
    score.outcome === 'captured'
      ? [...verdict(score), ...details(score)]
      : [...noPage(score), ...gateLines(score)];
  if (stored !== null) lines.push('', `record: ${stored}`);
  return lines.map(inert).join('\n');
}

function inert(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
}

function noPage(score: PageScore): string[] {
  return [
    `${score.page.asked_url ?? 'page'}`,
    `${score.outcome}: ${score.issue?.code ?? ''}. ${score.issue?.message ?? ''}`,
    '',
  ];
}

function verdict(score: PageScore): string[] {
  const { page } = score;
  const about = [
    page.language ?? 'language unknown',
    `${page.words} words`,
    `kind ${page.kind ?? '–'}`,
    `main text ${score.extraction_confidence ?? '–'} confidence`,
    score.extraction_mode,
  ];
  const capped = score.capped_by.length > 0 ? `, capped by ${score.capped_by.join(' and ')}` : '';
  return [
    page.title ?? page.final_url ?? 'untitled page',
    ...(page.final_url === null ? [] : [page.final_url]),
    about.join(', '),
    '',
    `${score.overall_score ?? '–'} of 100, ${score.overall_band ?? 'no band'}${capped}   (${score.model_version})`,
    '',
  ];
}

function details(score: PageScore): string[] {
  const { freshness, sufficiency } = score;
  const { measured_weight, total_weight } = score.coverage_of_model;
  return [
    ...gateLines(score),
    '',
    'Factor                                 value              weight  evidence',
    ...score.factors.map(factorLine),
    `measured: ${measured_weight} of ${total_weight} points of weight`,
    ...(score.stuffing === null
      ? []
      : [
          `stuffing: “${score.stuffing.term}” is ${percent(score.stuffing.share)} of all words, −${score.stuffing.penalty}`,
        ]),
    '',
    freshness === null || freshness.score === null
      ? 'Freshness: not measured, the page carries no date'
      : `Freshness: ${freshness.score}, last change ${freshness.last_change} (${freshness.kind}, half-life ${freshness.half_life_days} days)`,
    ...(freshness?.conflicts ?? []).map((conflict) => `  dates disagree: ${conflict}`),
    `Sufficiency: ${sufficiency?.score ?? '–'}. ${sufficiency?.notes[0] ?? ''}`,
    ...score.queries.flatMap((fit) =>
      fit.origin === 'caller'
        ? [
            `Query “${fit.query}”: ${percent(fit.value)}${fit.missing_terms.length > 0 ? `, missing ${fit.missing_terms.join(', ')}` : ''}`,
          ]
        : [],
    ),
    ...captureLines(score),
    ...score.warnings.map((warning) => `warning: ${warning}`),
    ...recommendationLines(score.recommendations),
    '',
    score.evidence_note,
  ];
}

/** What captures of real answers say, the truthful part. */
function captureLines({ coverage_gap: gap }: PageScore): string[] {
  if (gap === null) return [];
  const open = gap.subtopics.filter((topic) => topic.gap);
  return [
    '',
    `Captures: ${gap.captures} answers, ${gap.pages} cited pages compared`,
    ...gap.citations.map(
      ({ surface, query, k, n, absorbed }) =>
        `  ${surface}, “${query}”: cited in ${k} of ${n}${k > 0 ? `, its words taken up in ${absorbed}` : ''}`,
    ),
    ...(gap.value === null
      ? ['  no subtopic is answered by two cited pages of two sites']
      : [`  subtopics answered: ${percent(gap.value)} by weight`]),
    ...open
      .slice(0, 5)
      .flatMap(({ subtopic, covered_by }) => [
        `  missing: ${subtopic}`,
        ...covered_by.slice(0, 2).map(({ url, quote }) => `    ${url}: “${quote}”`),
      ]),
  ];
}

function gateLines(score: PageScore): string[] {
  const sign: Record<Gate['status'], string> = { pass: 'pass   ', fail: 'FAIL   ', unknown: 'unknown' };
  return score.gates.map(({ id, name, status, why }) => `${id} ${sign[status]} ${name}: ${why}`);
}

function factorLine({ id, name, value, weight, evidence }: Factor): string {
  const filled = value === null ? 0 : Math.round(value * BAR);
  const bar =
    value === null ? 'not measured' : `${value.toFixed(2)} ${'█'.repeat(filled)}${'·'.repeat(BAR - filled)}`;
  return `${id.padEnd(4)} ${name.padEnd(33)} ${bar.padEnd(18)} ${String(weight).padStart(5)}   ${evidence}`;
}

function recommendationLines(found: readonly Recommendation[]): string[] {
  return found.flatMap(({ title, priority, recommendation, where, quote, factor }, index) => [
    '',
    `${index + 1}. ${title}  [${factor}, ${priority}]`,
    `   ${recommendation}`,
    ...(quote === null
      ? []
      : [`   on the page: “${quote}”${where.heading === null ? '' : ` (under “${where.heading}”)`}`]),
  ]);
}

function percent(value: number): string {
  return `${Math.round(value * 1000) / 10} %`;
}
