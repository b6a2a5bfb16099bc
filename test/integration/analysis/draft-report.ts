import { factsSchema } from '../../../src/analysis/brand.ts';
import { createBrand, updateFacts } from '../../../src/analysis/brands.ts';
import { createReport, insertPrompts } from '../../../src/analysis/reports.ts';
import { DEFAULT_ACCOUNT } from '../../../src/jobs/account.ts';
import type { Database } from '../../../src/platform/database.ts';

/** A report that may be run: two prompts about Hubfield on two surfaces, once each. */
export async function draftReport(db: Database): Promise<{ reportId: string; brandId: string }> {
  const now = Date.now();
  const brand = await createBrand(
    db,
    DEFAULT_ACCOUNT,
    {
      ...{ name: 'Hubfield', website: 'https://hubfield.example.com', country: null, language: null },
      ...{ aliases: [], categories: [], competitors: [] },
    },
    now,
  );
  const facts = factsSchema.parse({ description: 'A CRM.' });
  await updateFacts(db, DEFAULT_ACCOUNT, brand.id, { facts, own: ['description'] }, now);
  const report = await createReport(
    db,
    DEFAULT_ACCOUNT,
    {
      ...{ brandId: brand.id, name: null, surfaces: ['chatgpt', 'perplexity'], region: null, stopping: null },
      ...{ language: null, replicates: 1 },
    },
    now,
  );
  const prompt = { category: null, intent: null, origin: 'user' } as const;
  await insertPrompts(
    db,
    report.id,
    ['one?', 'two?'].map((text) => ({ text, ...prompt })),
    now,
  );
  return { reportId: report.id, brandId: brand.id };
}
