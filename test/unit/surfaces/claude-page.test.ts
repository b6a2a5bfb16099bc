import { load } from 'cheerio';
import { describe, expect, it } from 'vitest';
import type { Exchange, Signals } from '../../../src/contract/capture-record.ts';
import type { EnvelopeBody } from '../../../src/contract/envelope.ts';
import { assemble } from '../../../src/extract/assemble.ts';
import { recordFromFile } from '../../../src/extract/record-from-file.ts';
import { fixturePage, loadFixture } from '../../../src/stage/fixtures.ts';
import { scrambledPage } from '../../../src/stage/scramble.ts';
import { REDACT } from '../../../surfaces/claude/redact.ts';
import { claude } from '../../../surfaces/claude/surface.ts';

function read(
  html: string | null,
  more: { transcript?: Exchange[]; signals?: Partial<Signals> } = {},
): EnvelopeBody {
  const record = recordFromFile({ surface: 'claude', adapterVersion: 'test', html: html ?? undefined });
  const whole = {
    ...record,
    transcript: more.transcript ?? [],
    signals: { ...record.signals, ...more.signals },
  };
  return assemble(whole, claude.extract(whole));
}

const page = (name: string): string => fixturePage(loadFixture('claude', name));
const wire = (name: string): Exchange[] => [...loadFixture('claude', name).transcript];

const ANSWERED = [
  'sourced',
  'german-table',
  'japanese-astral',
  'arabic',
  'code-no-sources',
  'early-2026-page',
  'research-artifact',
];

function withoutOtherAttributes(html: string): string {
  const $ = load(html);
  for (const element of $('*').toArray()) {
    if (element.type !== 'tag') continue;
    for (const key of Object.keys(element.attribs))
      if (!/^(?:data-|aria-|role$|href$|id$|style$)/.test(key)) $(element).removeAttr(key);
  }
  return $.html();
}

const without = (html: string, selector: string, attribute?: string): string => {
  const $ = load(html);
  if (attribute === undefined) $(selector).remove();
  else $(selector).removeAttr(attribute);
  return $.html();
};

describe('a page of claude.ai', () => {
  it.each(ANSWERED)('%s is read the same when every class is another one', (name) => {
    const before = read(page(name));
    const after = read(scrambledPage(page(name)));
    expect(before.outcome).toBe('answered');
    expect(after.answer).toEqual(before.answer);
    expect(after.evidence).toEqual(before.evidence);
    expect(after.outcome).toBe(before.outcome);
  });

  it.each(ANSWERED)('%s is read the same when only data, aria, role, href, id and style are left', (name) => {
    const before = read(page(name));
    const after = read(withoutOtherAttributes(scrambledPage(page(name))));
    expect(after.answer).toEqual(before.answer);
    expect(after.evidence).toEqual(before.evidence);
    expect(after.outcome).toBe(before.outcome);
  });

  it.each([
    ['[data-is-streaming]', 'data-is-streaming'],
    ['[data-testid="assistant-message"]', 'data-testid'],
    ['[data-cds="AssistantMessage"]', 'data-cds'],
    ['[data-perf-reply-text]', 'data-perf-reply-text'],
    ['[data-cds="Prose"]', 'data-cds'],
    ['[data-testid="action-bar-copy"]', undefined],
  ])('is read the same when the site drops %s', (selector, attribute) => {
    const before = read(page('sourced'));
    const after = read(without(page('sourced'), selector, attribute));
    expect(after.outcome).toBe('answered');
    expect(after.answer).toEqual(before.answer);
    expect(after.evidence).toEqual(before.evidence);
  });

  it.each([
    ['the streaming mark of the message', '[data-is-streaming]', 'data-is-streaming'],
    ['the streaming mark of the row', '[data-perf-row-streaming]', 'data-perf-row-streaming'],
    ['the stop button', '[data-testid="chat-input-stop"]', undefined],
    ['the busy status line', '[data-state="busy"]', undefined],
  ])('that is still streaming is never whole, even without %s', (_what, selector, attribute) => {
    expect(read(page('cut-stream')).outcome).toBe('answered_partially');
    expect(read(without(page('cut-stream'), selector, attribute)).outcome).toBe('answered_partially');
  });

  it('looks finished after a broken stream, but the wire knows better', () => {
    expect(read(page('cut-page-finished')).outcome).toBe('answered');
    const body = read(page('cut-page-finished'), { transcript: wire('cut-page-finished') });
    expect(body.outcome).toBe('answered_partially');
  });

  it('whose stream broke is whole again when it shows more than the wire brought', () => {
    const body = read(page('sourced'), { transcript: wire('cut-page-finished') });
    expect(body.outcome).toBe('answered');
    expect(body.extraction.witnesses.used).toBe('dom');
  });

  it('with an unanswered prompt at its end holds no answer', () => {
    const again = page('sourced').replace(
      /(<div data-testid="transcript-row" data-perf-row="human"[\s\S]*?)(?=<div data-testid="transcript-row" data-perf-row="assistant")([\s\S]*?)(?=\n<\/div><\/div>)/,
      '$1$2$1',
    );
    expect(again.length).toBeGreaterThan(page('sourced').length);
    expect(read(again).outcome).toBe('timeout');
  });

  it('gives links outside the answer as retrieved, and never as cited', () => {
    const { evidence } = read(page('german-table'));
    const roles = evidence.sources.map(({ domain, role }) => [domain, role]);
    expect(roles).toContainEqual(['strom.example', 'retrieved']);
    expect(roles).toContainEqual(['energietest.example', 'cited']);
  });

  it('keeps an interactive link of a sentence as a link, and takes a chip behind it as a citation', () => {
    const chip = '<span data-state="closed"><a href="https://b.example/"><span>B</span></a></span>';
    const link = '<span data-state="closed"><a href="https://a.example/">the manual</a></span>';
    const html = page('early-2026-page').replace(
      'Sorted input is required;',
      `Read ${link} first. ${chip} Sorted`,
    );
    const { answer, evidence } = read(html);
    expect(answer.text).toContain('Read the manual first. Sorted');
    expect(answer.markdown).toContain('[the manual](https://a.example/)');
    expect(evidence.sources.map(({ url, cited }) => [url, cited])).toEqual([['https://b.example/', true]]);
  });

  it('that is only an open report is read once', () => {
    const report = load(page('research-artifact'))('#markdown-artifact');
    const html = `<html><body><aside>${report.prop('outerHTML') ?? ''}</aside></body></html>`;
    const { outcome, answer } = read(html);
    expect(outcome).toBe('answered');
    expect(answer.text.match(/Three vendors hold most of the market\./g)).toHaveLength(1);
  });

  it('that speaks of limits and sign-ins in its answer is no wall', () => {
    const html = page('code-no-sources').replace(
      'A binary search',
      "You've hit your limit for Claude messages. Verifying you are human. A binary search",
    );
    expect(read(html).outcome).toBe('answered');
  });

  it.each([
    ['login-wall', 'login_wall'],
    ['limit-notice', 'throttled'],
    ['challenge', 'challenge'],
    ['region-unavailable', 'declined'],
    ['unread', 'extraction_empty'],
  ])('%s is judged from the bare page alone', (name, outcome) => {
    expect(read(page(name)).outcome).toBe(outcome);
  });

  it('says nothing of web search when nothing shows it, and what the drive read when it did', () => {
    expect(read(page('code-no-sources')).provenance.webSearch).toEqual({ enabled: false, known: false });
    const seen = read(page('code-no-sources'), { signals: { facts: { webSearch: 'on' } } });
    expect(seen.provenance.webSearch).toEqual({ enabled: true, known: true });
  });
});

describe('what is never stored of a session', () => {
  const clean = (text: string): string => REDACT.reduce((rest, pattern) => rest.replace(pattern, '*'), text);

  it('is the key, the e-mail and the organisation; an answer that names an address keeps it', () => {
    expect(clean('sk-ant-sid01-abcdefghijklmnop')).toBe('*');
    expect(clean('{"email_address":"me@example.org"}')).toBe('{"email_address":"*"}');
    expect(clean('https://claude.ai/api/organizations/6a0f3a52-1111-4222-8333-444455556666/x')).toBe(
      'https://claude.ai/api/organizations/*/x',
    );
    expect(clean('Write to help@example.org.')).toBe('Write to help@example.org.');
  });
});
