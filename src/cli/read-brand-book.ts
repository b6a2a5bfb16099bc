import { readFile } from 'node:fs/promises';
import type { BrandBook } from '../contract/brand-book.ts';
import { bookFromFile, brandBookFileSchema } from '../contract/brand-book-file.ts';
import { FleetError } from '../contract/errors.ts';
import { bookFileProblems } from '../measure/book-problems.ts';

const EXAMPLE =
  '{"brands": [{"name": "Hubfield", "website": "https://hubfield.com", "aliases": ["Hub Field"]}, {"name": "Pipewise"}]}';

/** A brand book as people write one. Throws INPUT_UNREADABLE that names every problem with its place. */
export async function readBrandBook(file: string): Promise<BrandBook> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new FleetError('INPUT_UNREADABLE', `cannot read ${file}`, { cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FleetError('INPUT_UNREADABLE', `${file} is no JSON`, { cause, fix: EXAMPLE });
  }
  const shape = brandBookFileSchema.safeParse(json);
  if (!shape.success) {
    const problems = shape.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
    throw new FleetError('INPUT_UNREADABLE', `${file}: ${problems.join('; ')}`, { fix: EXAMPLE });
  }
  const problems = bookFileProblems(shape.data).map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (problems.length > 0) throw new FleetError('INPUT_UNREADABLE', `${file}: ${problems.join('; ')}`);
  return bookFromFile(shape.data);
}
