import { expect } from 'vitest';
import type { Envelope, Source } from '../../../src/contract/envelope.ts';
import type { Outcome } from '../../../src/contract/outcome.ts';
import type { SurfaceName } from '../../../src/contract/surface-name.ts';
import { settle } from '../../../src/jobs/settle.ts';
import { claimed, envelopeFor } from '../jobs/jobs-world.ts';
import type { ApiWorld } from './api-world.ts';
import type { FrontClient } from './front-client.ts';

export const BRAND = {
  ...{ name: 'Hubfield', website: 'https://hubfield.example.com', brand_aliases: ['Hub Field'] },
  ...{ categories: ['crm tools'], country: 'United States', language: 'en' },
  competitors: [{ name: 'Pipewise', website: 'https://pipewise.example.org' }],
};

function source(id: number, url: string): Source {
  return {
    ...{ id, url, canonicalUrl: url, title: `Page ${id}`, domain: new URL(url).hostname, publisher: null },
    ...{ snippet: null, publishedAt: null, position: id, role: 'cited', cited: true, charRanges: [] },
    ...{ charRangesBasis: null, providerRef: null },
  };
}

/** Ends the next capture of a surface as told. */
export async function endNext(
  world: ApiWorld,
  surface: SurfaceName,
  given: { outcome?: Outcome; text?: string; cites?: string[]; accountId?: string } = {},
): Promise<Envelope> {
  const child = await claimed(world, { surface });
  const { outcome = 'answered', text = '', accountId } = given;
  const envelope = await envelopeFor(world.db, child.id, outcome, text, accountId);
  envelope.evidence.sources = (given.cites ?? []).map((url, index) => source(index + 1, url));
  await settle(world.db, world.queue, child, envelope);
  return envelope;
}

/** A report of a brand with facts, ready to run unless told otherwise. */
export async function draft(
  client: FrontClient,
  given: {
    prompts?: string[];
    facts?: boolean;
    platforms?: string[];
    replicates?: number;
    brand?: object;
  } = {},
): Promise<{ brandId: string; reportId: string; promptIds: string[] }> {
  const brand = await client.ask('POST', '/v1/brands', { ...BRAND, ...given.brand });
  expect(brand.status).toBe(201);
  if (given.facts !== false) {
    await client.ask('PATCH', `/v1/brands/${brand.body.id}/facts`, { description: 'Makes a CRM.' });
  }
  const report = await client.ask('POST', '/v1/reports', {
    ...{ brand_id: brand.body.id, ai_platforms: given.platforms ?? ['chatgpt'] },
    ...(given.replicates === undefined ? {} : { replicates: given.replicates }),
  });
  expect(report.status).toBe(201);
  const wanted = given.prompts ?? ['best crm?'];
  if (wanted.length === 0) return { brandId: brand.body.id, reportId: report.body.id, promptIds: [] };
  const prompts = await client.ask('POST', `/v1/reports/${report.body.id}/prompts`, {
    prompts: wanted.map((prompt_text) => ({ prompt_text })),
  });
  expect(prompts.status).toBe(201);
  const promptIds = prompts.body.data.map(({ id }: { id: string }) => id);
  return { brandId: brand.body.id, reportId: report.body.id, promptIds };
}

/** Waits until the clerk has ended the run of a report. */
export async function ended(client: FrontClient, reportId: string) {
  const path = `/v1/reports/${reportId}`;
  await expect
    .poll(async () => (await client.ask('GET', path)).body.status, { timeout: 20_000 })
    .toMatch(/completed|failed/);
  return (await client.ask('GET', path)).body;
}
