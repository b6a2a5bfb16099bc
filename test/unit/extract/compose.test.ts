import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose, markdownToText } from '../../../src/extract/compose.ts';
import { markText } from '../../../src/extract/marks.ts';
import { rangesOfMarks } from '../../../src/extract/ranges.ts';

const word = fc.stringMatching(/^[A-Za-zäöüß漢字كلمة🎉😀]{1,8}$/u).filter((text) => text.isWellFormed());
const sentence = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));

/** Pieces of markdown with the text a reader sees. */
const piece = fc.oneof(
  sentence.map((text) => ({ markdown: text, text })),
  sentence.map((text) => ({ markdown: `**${text}**`, text })),
  sentence.map((text) => ({ markdown: `[${text}](https://example.com/a_b)`, text })),
  sentence.map((text) => ({ markdown: `\`${text}\``, text })),
);
const block = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => ({
    markdown: pieces.map((part) => part.markdown).join(' and '),
    text: pieces.map((part) => part.text).join(' and '),
  })),
  sentence.map((text) => ({ markdown: `## ${text}`, text })),
  fc.array(piece, { minLength: 1, maxLength: 3 }).map((items) => ({
    markdown: items.map((item) => `- ${item.markdown}`).join('\n'),
    text: items.map((item) => item.text).join('\n'),
  })),
  sentence.map((text) => ({ markdown: `> ${text}`, text })),
  sentence.map((text) => ({ markdown: `\`\`\`js\n${text}\n\`\`\``, text })),
  fc.tuple(sentence, sentence, sentence, sentence).map(([a, b, c, d]) => ({
    markdown: `| ${a} | ${b} |\n| --- | --- |\n| ${c} | ${d} |`,
    text: `${a}\t${b}\n${c}\t${d}`,
  })),
);
const paragraphs = fc.array(block, { minLength: 1, maxLength: 6 });

describe('markdown, text and ranges', () => {
  it('text is the markdown without its markup, block by block', () => {
    fc.assert(
      fc.property(paragraphs, (blocks) => {
        // A quote or list right after another of its kind would be one block in markdown.
        const apart = blocks.flatMap((part) => [part, { markdown: 'x', text: 'x' }]);
        const markdown = apart.map((part) => part.markdown).join('\n\n');
        expect(markdownToText(markdown)).toBe(apart.map((part) => part.text).join('\n\n'));
      }),
    );
  });

  it('marks leave no trace in text or markdown, and every range lies in the text and is not empty', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(sentence, fc.nat(3)), { minLength: 1, maxLength: 8 }), (parts) => {
        let index = 0;
        const marked = parts
          .map(
            ([text, marks]) =>
              `${text}.${Array.from({ length: marks }, () => ` ${markText(index++)}`).join('')}`,
          )
          .join('\n\n');
        const plain = parts.map(([text]) => `${text}.`).join('\n\n');
        const composed = compose(marked);
        expect(composed.text).toBe(plain);
        expect(composed.markdown).toBe(plain);
        const ranges = rangesOfMarks(composed.text, composed.marks);
        expect(ranges.size).toBe(index);
        for (const [start, end] of ranges.values()) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(composed.text.length);
          expect(composed.text.slice(start, end)).toBe(composed.text.slice(start, end).trim());
        }
      }),
    );
  });

  it('finds a mark’s place behind escapes, entities, emphasis and astral characters', () => {
    const composed = compose(`1\\. A &amp; *B* 🎉 \\* done.${markText(0)} Next &lt;one&gt;.${markText(1)}`);
    const ranges = rangesOfMarks(composed.text, composed.marks);
    const said = [...ranges.values()].map(([start, end]) => composed.text.slice(start, end));
    expect(said).toEqual(['1. A & B 🎉 * done.', 'Next <one>.']);
  });

  it('lets adjacent marks share a span and an exact pair keep its own', () => {
    const marked = `One${markText(0, 'open')} two${markText(0, 'close')} three.${markText(1)}${markText(2)}`;
    const composed = compose(marked);
    const ranges = rangesOfMarks(composed.text, composed.marks);
    expect([...ranges].map(([index, [start, end]]) => [index, composed.text.slice(start, end)])).toEqual([
      [0, 'two'],
      [1, 'One two three.'],
      [2, 'One two three.'],
    ]);
  });

  it('types the blocks: nested lists, tables with rows, code with language', () => {
    const { blocks, text } = compose(
      `# Title${markText(0)}\n\n1. a\n   - b${markText(1)}\n2. c\n\n| x | y |\n|--|--|\n| 1 | **2** |\n\n\`\`\`ts\nlet a;\n\`\`\``,
    );
    expect(text).toBe('Title\n\na\nb\nc\n\nx\ty\n1\t2\n\nlet a;');
    expect(blocks((mark) => [mark + 1])).toEqual([
      { type: 'heading', text: 'Title', referenceIds: [1], level: 1 },
      {
        type: 'list',
        text: 'a\nb\nc',
        referenceIds: [2],
        ordered: true,
        items: [
          { text: 'a', referenceIds: [], ordered: false, items: [{ text: 'b', referenceIds: [2] }] },
          { text: 'c', referenceIds: [] },
        ],
      },
      {
        type: 'table',
        text: 'x\ty\n1\t2',
        referenceIds: [],
        rows: [
          ['x', 'y'],
          ['1', '2'],
        ],
      },
      { type: 'code', text: 'let a;', referenceIds: [], language: 'ts' },
    ]);
  });
});
