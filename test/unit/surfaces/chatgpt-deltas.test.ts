import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeltaStream, type Json } from '../../../surfaces/chatgpt/delta-stream.ts';

function replayed(...deltas: Json[]): DeltaStream {
  const stream = new DeltaStream();
  for (const delta of deltas) stream.push(structuredClone(delta));
  return stream;
}

const start = (text: string, more: Json = {}): Json => ({
  p: '',
  o: 'add',
  v: { message: { content: { parts: [text] }, metadata: more } },
  c: 0,
});

const textOf = (stream: DeltaStream, index = 0): unknown =>
  (stream.documents[index] as { message: { content: { parts: unknown[] } } }).message.content.parts[0];

describe('the delta encoding v1', () => {
  it('inherits place and operation from the delta before', () => {
    const stream = replayed(
      start(''),
      { p: '/message/content/parts/0', o: 'append', v: 'Guten' },
      { v: ' Tag' },
      { v: ' 🙂' },
    );
    expect(textOf(stream)).toBe('Guten Tag 🙂');
  });

  it('takes a bare value that holds a message as a new message', () => {
    const stream = replayed(
      start('a'),
      { p: '/message/content/parts/0', o: 'append', v: 'b' },
      { v: { message: { content: { parts: ['c'] } } } },
    );
    expect(stream.documents).toHaveLength(2);
    expect([textOf(stream, 0), textOf(stream, 1)]).toEqual(['ab', 'c']);
  });

  it('applies a patch in order, and a bare list after it as another patch', () => {
    const stream = replayed(
      start('x', { list: ['a'] }),
      {
        p: '',
        o: 'patch',
        v: [
          { p: '/message/metadata/list', o: 'append', v: ['b', 'c'] },
          { p: '/message/metadata/list/0', o: 'remove' },
        ],
      },
      {
        v: [
          { p: '/message/metadata', o: 'append', v: { done: true } },
          { p: '/message/metadata/list/1', o: 'replace', v: 'd' },
        ],
      },
    );
    expect(stream.documents[0]).toMatchObject({ message: { metadata: { list: ['b', 'd'], done: true } } });
    expect(stream.unplaced).toBe(0);
  });

  it('truncates text by code points, inside lists too', () => {
    const stream = replayed(start('🙂🙂🙂ab', { urls: ['https://a.example/long'] }), {
      p: '',
      o: 'patch',
      v: [
        { p: '/message/content/parts/0', o: 'truncate', v: 4 },
        { p: '/message/metadata/urls/0', o: 'truncate', v: 17 },
      ],
    });
    expect(textOf(stream)).toBe('🙂🙂🙂a');
    expect(stream.documents[0]).toMatchObject({ message: { metadata: { urls: ['https://a.example'] } } });
  });

  it('reads escaped pointers and inserts into lists', () => {
    const stream = replayed(start('', { 'a/b~c': [1, 3] }), {
      p: '/message/metadata/a~1b~0c/1',
      o: 'add',
      v: 2,
    });
    expect(stream.documents[0]).toMatchObject({ message: { metadata: { 'a/b~c': [1, 2, 3] } } });
  });

  it('writes to the message of the channel a delta names', () => {
    const stream = replayed(
      start('a'),
      { ...start('b'), c: 1 },
      { p: '/message/content/parts/0', o: 'append', v: '!', c: 0 },
    );
    expect([textOf(stream, 0), textOf(stream, 1)]).toEqual(['a!', 'b']);
  });

  it('counts what fits nowhere, and never throws or touches prototypes', () => {
    const delta = fc.record(
      {
        p: fc.constantFrom(
          '',
          '/message',
          '/message/content/parts/9',
          '/__proto__/x',
          '/message/__proto__',
          '/x/y/z',
        ),
        o: fc.constantFrom('add', 'append', 'replace', 'remove', 'truncate', 'patch', 'nope'),
        v: fc.jsonValue() as fc.Arbitrary<unknown>,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.array(delta, { maxLength: 8 }),
        (deltas) => void replayed(start('a'), ...(deltas as Json[])),
      ),
    );
    expect(({} as Json).x).toBeUndefined();
    expect(replayed({ p: '/message/content', o: 'append', v: 'x' }).unplaced).toBe(1);
  });
});
