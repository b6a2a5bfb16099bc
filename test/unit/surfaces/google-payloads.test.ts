import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHtml } from '../../../src/extract/dom.ts';
import { type CitationPayloads, readPayloads } from '../../../surfaces/google/payloads.ts';

const UUID = '0a1b2c3d-1111-4222-8333-944445555666';
const SOURCE = {
  title: 'How bridges stay up',
  snippet: 'An arch turns weight into pressure on its feet, which stone bears well ...',
  favicon: 'https://encrypted-tbn1.gstatic.com/faviconV2?url=https://bridges.example.org&client=AIM',
  origin: 'https://bridges.example.org',
  publisher: 'Bridge Society',
  url: 'https://bridges.example.org/how#:~:text=arch',
  id: '14',
};

function description(): unknown[] {
  const { title, snippet, favicon, origin, publisher, url, id } = SOURCE;
  return [title, snippet, favicon, origin, [publisher], url, null, null, id, null, 0];
}

function escaped(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('&', '\\u0026')
    .replaceAll('<', '\\u003c')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function read(markup: string): CitationPayloads {
  const $ = parseHtml(`<div id="root">${markup}</div>`);
  const root = $('#root').get(0);
  if (root === undefined) throw new Error('the test page has a root');
  return readPayloads($, root);
}

const comment = (token: string, value: unknown): string => `<!--${token}${escaped(value)}-->`;

describe('Google citation payloads', () => {
  it.each(['Sv6Kpe', 'TgQPHd|', 'TgQPHd||', 'TgQPHd|||', 'aB3xY9||||'])(
    'are read whatever their token: %s',
    (token) => {
      const { idsByUuid, sources } = read(comment(token, [[UUID, description(), 0]]));
      expect(idsByUuid.get(UUID)).toEqual(['14']);
      expect(sources.get('14')).toEqual({ ...SOURCE });
    },
  );

  it('count back-references and new sources alike, in their order, once each', () => {
    const { idsByUuid } = read(
      comment('TgQPHd|', [
        [UUID, '6', 0, 'https://a.example/x', 'https://t.gstatic.com/faviconV2?url=https://a.example', ''],
      ]) +
        comment('TgQPHd|', [[UUID, description(), 0]]) +
        comment('TgQPHd|', [[UUID, '6', 1, 'https://a.example/x', '', '']]),
    );
    expect(idsByUuid.get(UUID)).toEqual(['6', '14']);
  });

  it('of a header alone name no source', () => {
    const header = [
      [null, null, UUID, null, null, 1, 0, 'https://t.gstatic.com/faviconV2?url=x', 'MDN Web Docs', 3],
    ];
    const later = [[UUID, null, null, 0, '', '', 0, null, null, null, null, 0]];
    const { idsByUuid, sources } = read(comment('Sv6Kpe', header) + comment('TgQPHd||', later));
    expect(idsByUuid.size).toBe(0);
    expect(sources.size).toBe(0);
  });

  it('are read the same wherever their fields stand', () => {
    const fields = description();
    const words = new Set([SOURCE.title, SOURCE.snippet]);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(fields, { minLength: fields.length, maxLength: fields.length }),
        (order) => {
          // Only the two texts keep their order: nothing but their places tells title from snippet.
          let text = 0;
          const texts = [SOURCE.title, SOURCE.snippet];
          const shuffled = order.map((field) => (words.has(field as string) ? texts[text++] : field));
          const { idsByUuid, sources } = read(comment('TgQPHd|||', [[UUID, shuffled, 0]]));
          expect(idsByUuid.get(UUID)).toEqual(['14']);
          expect(sources.get('14')).toEqual({ ...SOURCE });
        },
      ),
    );
  });

  it('never throw, whatever a comment holds', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, token) => {
        const clean = `${token}${json}`.replaceAll('--', '').replaceAll('>', '');
        expect(() => read(`<!--${clean}-->`)).not.toThrow();
      }),
    );
  });

  it('are found in scripts too, hexadecimal escapes included', () => {
    const json = JSON.stringify([['js_1', escaped([[UUID, description(), 0]])]]).replaceAll('<', '\\x3c');
    const { idsByUuid } = read(`<script>(function(){(j.lDPB=j.lDPB||[]).push(${json})})();</script>`);
    expect(idsByUuid.get(UUID)).toEqual(['14']);
  });
});
