import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Scrubber } from '../../../src/capture/scrubber.ts';
import { SURFACES } from '../../../surfaces/index.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const REDACTED = '[redacted]';

/** What the patterns mean, without any short cut. */
function plainly(patterns: readonly RegExp[], text: string): { text: string; removed: number } {
  let removed = 0;
  let clean = text;
  for (const { source, flags } of patterns)
    clean = clean.replace(new RegExp(source, `${flags.replace('g', '')}g`), () => {
      removed++;
      return REDACTED;
    });
  return { text: clean, removed };
}

function scrubbed(patterns: readonly RegExp[], text: string): { text: string; removed: number } {
  const scrubber = new Scrubber(patterns, [], []);
  const clean = scrubber.clean(text);
  return { text: clean, removed: scrubber.removed.token ?? 0 };
}

/** Made of the texts that the surfaces' patterns look for, in every order: secrets beside secrets. */
const SECRETS = [
  ...[
    '{"email":"me@a.test","accountEmail": "b@c.test"}',
    '\\"account_uuid\\":\\"1234\\"',
    '&key=AIzaabcdefghijklmnopqrstuvwxyz',
  ],
  ...[
    '/api/organizations/6a0f3a52-1111-4222-8333-444455556666/',
    '__cf_chl_rt_tk=abc.def__cf_chl_tk=ghi',
    '?verify=xyz&verify=uvw',
  ],
  ...[
    'id_to_token_map\\": {\\"a\\": \\"one\\", \\"b\\": \\"two\\"}',
    'data-resume-token="tok"',
    '?accessToken=abc',
    '"SNlM0e":"secretvalue"',
  ],
  ...[
    '"event": "challengeResponse", "x": 1, "token": "zzz"',
    '"kind":"topic","token":"tt"',
    '_xsrf%3AABCDEFGHIJ',
    ' data-garc="aaaaaaaaaa"',
  ],
  ...[
    '"author_username":"anon"',
    '"author_username":"some"',
    '&rw_token=aaa',
    'sk-ant-abcdefghijklmnopqrst',
    'nothing',
    '',
  ],
];

describe('the scrubber', () => {
  it.each(SURFACES)('removes of $name exactly what its patterns match', ({ name, redact }) => {
    const texts = SECRETS.flatMap((one) => SECRETS.map((other) => `<p>${one}</p>"${other}" ${one}`));
    const folder = `${ROOT}fixtures/${name}`;
    for (const each of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      if (/\.(?:html|jsonl)$/.test(each)) texts.push(readFileSync(`${folder}/${each}`, 'utf8'));
    for (const text of texts) expect(scrubbed(redact, text)).toEqual(plainly(redact, text));
  });

  it('finds some secret of every surface', () => {
    for (const { name, redact } of SURFACES)
      expect(scrubbed(redact, SECRETS.join('\n')).removed, name).toBeGreaterThan(
        name.startsWith('google') ? -1 : 0,
      );
  });

  it.each([
    [/(?<=key=)\w+/g, 'key=one key=two', 'key=[redacted] key=[redacted]'],
    [/(?<=\bkey=)\w+/, 'monkey=one key=two', 'monkey=one key=[redacted]'],
    [/(?<=^key=)\w+/gm, 'a key=one\nkey=two', 'a key=one\nkey=[redacted]'],
    [/(?<=\1key(["'])=)\w+/g, `"key'=one "key"=two`, `"key'=one "key"=[redacted]`],
    [/(?<=a=)1|(?<=b=)2/g, 'b=2 a=1', 'b=[redacted] a=[redacted]'],
    [/(?<=a=)1|2/g, '2 a=1', '[redacted] a=[redacted]'],
    [/(?<=[(|]=)\w+/g, '2=1 |=one', '2=1 |=[redacted]'],
    [/(?<=(?:a|b)\)=)\w+/gi, 'a=1 B)=one', 'a=1 B)=[redacted]'],
    [/(?<=x)y(?<!xxy)/g, 'xxy xy', 'xxy x[redacted]'],
    [/(?<=)y/g, 'xy', 'x[redacted]'],
  ])('%s in %j leaves %j', (pattern, text, clean) => {
    expect(scrubbed([pattern], text).text).toBe(clean);
    expect(plainly([pattern], text).text).toBe(clean);
  });
});
