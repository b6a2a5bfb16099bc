import { describe, expect, it } from 'vitest';
import type { CaptureRecord, Exchange, Signals } from '../../../src/contract/capture-record.ts';
import type { EnvelopeBody } from '../../../src/contract/envelope.ts';
import { assemble } from '../../../src/extract/assemble.ts';
import { recordFromFile } from '../../../src/extract/record-from-file.ts';
import { fixtureExchange, fixturePage, loadFixture } from '../../../src/stage/fixtures.ts';
import { scrambledPage } from '../../../src/stage/scramble.ts';
import { perplexity } from '../../../surfaces/perplexity/surface.ts';

function bodyOf(parts: {
  html?: string;
  transcript?: Exchange[] | string;
  signals?: Partial<Signals>;
  query?: string;
}): EnvelopeBody {
  const text = typeof parts.transcript === 'string' ? parts.transcript : undefined;
  const base = recordFromFile({
    surface: 'perplexity',
    adapterVersion: 't',
    html: parts.html,
    transcript: text,
    query: parts.query,
  });
  const record: CaptureRecord = {
    ...base,
    transcript: Array.isArray(parts.transcript) ? parts.transcript : base.transcript,
    signals: { ...base.signals, ...parts.signals },
  };
  return assemble(record, perplexity.extract(record));
}

const pageOf = (name: string): string => fixturePage(loadFixture('perplexity', name));
const askOf = (name: string): Exchange => fixtureExchange(loadFixture('perplexity', name), /perplexity_ask/);

/** A completed turn with this upsell and this answer. */
function completed(
  answer: string,
  upsell: object | null,
  results: { name: string; url: string }[] = [],
): string {
  const frame = {
    backend_uuid: 'b',
    status: 'COMPLETED',
    final_sse_message: true,
    text_completed: true,
    text: answer,
    blocks: [{ intended_usage: 'web_results', web_result_block: { web_results: results } }],
    upsell_information: upsell,
  };
  return `event: message\ndata: ${JSON.stringify(frame)}\n\nevent: end_of_stream\ndata: {}\n\n`;
}

const AUTHWALL = { name: 'fraud_authwall_upsell', upsell_type: 'LOGIN', cta: 'SIGN_UP_OR_LOGIN' };
const LONG = 'Dates are rich in fibre and in potassium. '.repeat(12);

describe('a completed answer that is a login wall', () => {
  it('is known by its marker, whatever its words are', () => {
    const body = bodyOf({ transcript: completed('Inscrivez-vous et répétez votre demande.', AUTHWALL) });
    expect(body.outcome).toBe('login_wall');
    expect(body.extraction.marks).toEqual(['fraud_authwall_upsell']);
    expect(body.answer.text).toBe('');
    expect(body.provenance.loginState).toBe('anonymous');
  });

  it('is known by its words where only the page is left', () => {
    expect(bodyOf({ html: pageOf('login-wall-page-only') }).outcome).toBe('login_wall');
  });

  it('is none when sources were served, or an answer of some length: then it is a nudge', () => {
    const source = [{ name: 'Dates', url: 'https://ghitha.example/dates' }];
    expect(bodyOf({ transcript: completed('Yes.[1]', AUTHWALL, source) }).outcome).toBe('answered');
    const nudge = { name: 'logged_out_thread_sign_in', upsell_type: 'LOGIN' };
    expect(bodyOf({ transcript: completed(LONG, nudge) }).outcome).toBe('answered');
  });

  it('leaves a long answer about signing up an answer', () => {
    const answer = `Sign up and repeat your request. ${LONG}`;
    expect(bodyOf({ transcript: completed(answer, null) }).outcome).toBe('answered');
  });
});

describe('the two witnesses', () => {
  it('the page completes what a cut stream has not', () => {
    const { frames } = askOf('workflow-english');
    const cut: Exchange = { ...askOf('workflow-english'), end: 'aborted', frames: frames.slice(0, 9) };
    const body = bodyOf({ html: pageOf('workflow-english'), transcript: [cut] });
    expect(body.outcome).toBe('answered');
    expect(body.extraction.witnesses.used).toBe('dom');
    expect(body.answer.text).toContain('read the export guide first');
    expect(body.evidence.fanOut.queries.length).toBe(3);
  });

  it('a thread that was read again stands for a stream that was lost', () => {
    const entry = JSON.parse(
      /data: (\{.*"final_sse_message":true.*\})/.exec(
        askOf('workflow-english').frames.at(-2)?.data ?? '',
      )?.[1] ?? '{}',
    );
    delete entry.final_sse_message;
    const body = bodyOf({ transcript: JSON.stringify({ entries: [entry], status: 'success' }) });
    expect(body.outcome).toBe('answered');
    expect(body.evidence.sources.filter(({ cited }) => cited).length).toBe(4);
  });

  it('the oldest form, where all of `text` is the answer as JSON, is still read', () => {
    const results = [{ name: 'Dates', url: 'https://ghitha.example/dates' }];
    const text = JSON.stringify({ answer: 'Dates are rich in fibre.[1]', web_results: results });
    const body = bodyOf({ transcript: completed(text, null) });
    expect(body.answer.text).toBe('Dates are rich in fibre.');
    expect(body.evidence.sources).toMatchObject([{ url: 'https://ghitha.example/dates', cited: true }]);
  });

  it('a stopped run is not called whole, though it says COMPLETED', () => {
    const text = completed(LONG, null).replace('"text_completed":true', '"text_completed":false');
    expect(bodyOf({ transcript: text }).outcome).toBe('answered_partially');
  });

  it('a downgraded model is said', () => {
    const body = bodyOf({
      transcript: completed(LONG, null).replace(
        '"status"',
        '"display_model":"turbo","user_selected_model":"pplx_pro","status"',
      ),
    });
    expect(body.extraction.warnings).toContain('model_downgraded');
    expect(body.provenance.model.observedLabel).toBe('turbo');
  });
});

describe('the page alone', () => {
  it('a stop button, in sight, means that the answer is still being written', () => {
    const busy = pageOf('workflow-english').replace('</body>', '<button aria-label="Stop">x</button></body>');
    expect(bodyOf({ html: busy }).outcome).toBe('answered_partially');
  });

  it('without actions under it and without its frame, an answer in a living app is not called whole', () => {
    const html = pageOf('workflow-english')
      .replace(/ data-workflow-(?:final-text|text-footer)=""/g, '')
      .replace(/aria-label="(?:Helpful|Not helpful)"/g, '');
    expect(bodyOf({ html }).outcome).toBe('answered_partially');
  });

  it('pills that name no address are no citations, and that is said', () => {
    const html = pageOf('workflow-english').replace(/ data-pplx-citation-url="[^"]*"/g, '');
    const body = bodyOf({ html });
    expect(body.evidence.sources).toEqual([]);
    expect(body.extraction.warnings).toContain('citation_pills_without_url');
    expect(body.extraction.health.citations).toBe('missing');
    expect(body.answer.text).toBe(bodyOf({ html: pageOf('workflow-english') }).answer.text);
  });

  it('nor are pills that are nothing but a hover trigger', () => {
    const bare = pageOf('workflow-english').replace(/<span class="citation inline"[^>]*>/g, '<span>');
    const { answer, evidence } = bodyOf({ html: bare });
    expect(evidence.sources).toEqual([]);
    expect(answer.text).toBe(bodyOf({ html: pageOf('workflow-english') }).answer.text);
  });

  it('the question is never part of the answer, though both are rendered alike', () => {
    expect(bodyOf({ html: pageOf('workflow-english') }).answer.text).not.toContain('best crm for startups');
  });

  it('nor where the page no longer tells whose words they are: the question asked is known', () => {
    const html = scrambledPage(pageOf('answer-not-recognised').replace(' data-workflow-entry="0"', ''));
    expect(bodyOf({ html, query: 'best crm for startups' }).outcome).toBe('extraction_empty');
  });

  it('the opened Links tab lists what was retrieved', () => {
    const link =
      '<a href="https://reviews.example.org/a"><div>reviews.example.org</div><div>A review</div><div>Eleven tools.</div></a>';
    const html = pageOf('ask-text-german-table').replace(
      /(<div[^>]*) hidden=""([^>]*-content-sources[^>]*>)/,
      `$1$2${link}`,
    );
    const listed = bodyOf({ html }).evidence.sources.find(
      ({ url }) => url === 'https://reviews.example.org/a',
    );
    expect(listed).toMatchObject({
      title: 'A review',
      snippet: 'Eleven tools.',
      position: 1,
      role: 'retrieved',
    });
  });
});

describe('drift', () => {
  const pages = [
    'workflow-english',
    'workflow-arabic',
    'workflow-code-and-formula',
    'ask-text-german-table',
    'ask-text-japanese-emoji',
  ];
  it.each(pages)('%s reads the same with every class renamed', (name) => {
    const before = bodyOf({ html: pageOf(name) });
    const after = bodyOf({ html: scrambledPage(pageOf(name)) });
    expect(after.outcome).toBe(before.outcome);
    expect(after.evidence.sources).toEqual(before.evidence.sources);
    // Formulas are told from their markup by class names only.
    if (name !== 'workflow-code-and-formula') expect(after.answer).toEqual(before.answer);
  });
});

describe('what the drive saw', () => {
  it('a wall seen live wins over everything', () => {
    const wall = { outcome: 'challenge' as const, mark: 'cloudflare_title' };
    expect(bodyOf({ html: pageOf('workflow-english'), signals: { wall } }).outcome).toBe('challenge');
  });

  it('a failed drive is not made good by what is left of a page', () => {
    const failure = { outcome: 'browser_crashed' as const, message: 'gone' };
    expect(bodyOf({ html: pageOf('workflow-english'), signals: { failure } }).outcome).toBe(
      'browser_crashed',
    );
  });

  it('time that ran out makes an unfinished answer partial', () => {
    const body = bodyOf({ html: pageOf('workflow-english'), signals: { ending: 'deadline' } });
    expect(body.outcome).toBe('answered_partially');
  });
});

describe('products', () => {
  it('of the shopping tab are listed', () => {
    const text = completed(LONG, null).replace(
      '"blocks":[',
      '"blocks":[{"intended_usage":"shopping_answer_mode","shopping_mode_block":{"shopping_widgets":[{"name":"Kettle","url":"https://shop.example/k","price":"$20","rating":4.5}]}},',
    );
    expect(bodyOf({ transcript: text }).evidence.shopping).toMatchObject([
      { title: 'Kettle', price: '$20', rating: 4.5 },
    ]);
  });
});
