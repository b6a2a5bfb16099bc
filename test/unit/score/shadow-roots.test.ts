import { expect, it } from 'vitest';
import { readPage } from '../../../src/score/page-model.ts';
import { captured, pageFile } from './page-file.ts';

it('given a page whose main text stands in a shadow root, then it is read as the same page without one', () => {
  const plain = pageFile('comparison-en');
  const shadowed = plain
    .replace('<main>', '<main><template shadowrootmode="open">')
    .replace('</main>', '</template></main>');
  expect(shadowed).toContain('</template></main>');
  const [a, b] = [plain, shadowed].map((html) => readPage(captured(html), undefined));
  expect(b?.main.text).toBe(a?.main.text);
  expect(b?.main.confidence).toBe(a?.main.confidence);
  expect(b?.renderedWords ?? b?.staticWords).toBeGreaterThan(200);
});
