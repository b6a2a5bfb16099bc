import { describe, expect, it } from 'vitest';
import type { CaptureRecord, Signals } from '../../../src/contract/capture-record.ts';
import type { EnvelopeBody } from '../../../src/contract/envelope.ts';
import { assemble } from '../../../src/extract/assemble.ts';
import { recordFromFile } from '../../../src/extract/record-from-file.ts';
import { fixturePage, loadFixture } from '../../../src/stage/fixtures.ts';
import { scrambledPage } from '../../../src/stage/scramble.ts';
import { googleAiOverview } from '../../../surfaces/google_ai_overview/surface.ts';

function recordOf(html: string | null, signals: Partial<Signals> = {}): CaptureRecord {
  const record = recordFromFile({
    surface: 'google_ai_overview',
    adapterVersion: 'test',
    html: html ?? undefined,
  });
  return { ...record, signals: { ...record.signals, ...signals } };
}

function read(html: string | null, signals: Partial<Signals> = {}): EnvelopeBody {
  const record = recordOf(html, signals);
  return assemble(record, googleAiOverview.extract(record));
}

const page = (name: string): string => fixturePage(loadFixture('google_ai_overview', name));

const block = (inner: string): string =>
  `<html lang="en"><div id="search"></div><div id="eKIzJc" style="margin:0"><div data-mcpr=""><div data-attnms="tc" data-loaded="1">${inner}</div></div></div>`;
const answer = (inner: string): string =>
  block(`<div data-subtree="aimc"><div data-container-id="main-col">${inner}</div></div>`);

describe('extracting an AI Overview', () => {
  it.each(['inline-english', 'deferred-german-table', 'inline-code-script-payloads', 'legacy-2025-02'])(
    'does not notice that every class of %s is another one',
    (name) => {
      const before = read(page(name));
      const after = read(scrambledPage(page(name)));
      expect(after.answer).toEqual(before.answer);
      expect(after.evidence).toEqual(before.evidence);
      expect(after.outcome).toBe(before.outcome);
    },
  );

  it('keeps the text of an overview in the making when the drive ran out of time', () => {
    const failure = { outcome: 'timeout' as const, message: 'answer did not end within 5000 ms' };
    const begun = page('inline-english').replace('data-attnms="tc"', 'data-attnms="l"');
    const body = read(begun, { failure, ending: 'deadline' });
    expect(body.outcome).toBe('answered_partially');
    expect(body.answer.text).toBe(read(page('inline-english')).answer.text);
    expect(read(page('pending'), { failure, ending: 'deadline' }).outcome).toBe('timeout');
    const crashed = { outcome: 'browser_crashed' as const, message: 'gone' };
    expect(read(begun, { failure: crashed }).outcome).toBe('browser_crashed');
  });

  it('still finds the block when its id is gone', () => {
    const before = read(page('inline-english'));
    const after = read(page('inline-english').replaceAll('eKIzJc', 'another'));
    expect(after.answer).toEqual(before.answer);
    expect(after.evidence).toEqual(before.evidence);
  });

  it('never takes the small overview of a question for the overview', () => {
    expect(page('absent')).toContain('AI Overview');
    expect(read(page('absent')).outcome).toBe('absent');
  });

  it('keeps text below the fold, which is hidden from screen readers only', () => {
    const body = read(
      answer(
        '<div data-sfc-cp="">Above.</div><div ahbak="true" aria-hidden="true"><div data-sfc-cp="">Below.</div></div>',
      ),
    );
    expect(body.answer.text).toBe('Above.\n\nBelow.');
  });

  it('keeps a sentence whole that was streamed in boxes', () => {
    const body = read(
      answer(
        '<ul><li><span>Blue light<div style="display: contents"> scatters</div><div>.</div></span></li></ul>',
      ),
    );
    expect(body.answer.text).toBe('Blue light scatters.');
  });

  it('has no link to another search in its markdown', () => {
    const body = read(
      answer(
        '<div data-sfc-cp="">See <a href="https://www.google.com/search?q=x&amp;ved=1">this</a> and <a href="https://a.example/">that</a>.</div>',
      ),
    );
    expect(body.answer.markdown).toBe('See this and [that](https://a.example/).');
  });

  it('says timeout while nothing but progress is shown, and partially once there is text', () => {
    const progress = '<div role="progressbar" aria-valuetext="Generating"></div>';
    expect(read(block(progress)).outcome).toBe('timeout');
    expect(read(answer(`<div data-sfc-cp="">First words</div>${progress}`)).outcome).toBe(
      'answered_partially',
    );
  });

  it('says declined only where the notice is visible and there is no text', () => {
    const notice = (style: string): string =>
      `<span jsname="lGsj1"${style}>An AI Overview is not available for this search</span>`;
    expect(read(block(notice(''))).outcome).toBe('declined');
    expect(read(block(notice(' style="display:none"'))).outcome).toBe('timeout');
    expect(read(answer(`${notice('')}<div data-sfc-cp="">An answer all the same.</div>`)).outcome).toBe(
      'answered',
    );
  });

  it('says extraction_empty where an answer is visible in a structure it does not know', () => {
    const words =
      'A long text in a structure that nobody has seen before, and still it is an answer. '.repeat(4);
    expect(read(block(`<div><section>${words}</section></div>`)).outcome).toBe('extraction_empty');
  });

  it('trusts what the drive saw over what the page looks like', () => {
    const wall = { outcome: 'challenge' as const, mark: 'sorry_url' };
    const seen = read(page('inline-english'), { wall });
    expect(seen.outcome).toBe('challenge');
    expect(seen.answer.text).toBe('');
    const failed = read(null, { failure: { outcome: 'navigation_failed', message: 'net::ERR_FAILED' } });
    expect(failed.outcome).toBe('navigation_failed');
  });

  it('calls an answer cut when time ran out and the page never said that it was done', () => {
    const unfinished = answer('<div data-sfc-cp="">Words.</div>').replace(
      ' data-attnms="tc" data-loaded="1"',
      '',
    );
    expect(read(unfinished, { ending: 'deadline' }).outcome).toBe('answered_partially');
    expect(read(unfinished, { ending: 'settled' }).outcome).toBe('answered');
  });

  it.each(['', '<', '<html>', '<div id="eKIzJc">', '<!-- -->', '\u0000'])('does not throw on %j', (html) => {
    expect(() => read(html)).not.toThrow();
  });
});
