import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../src/platform/identifiers.ts';
import { type S3Server, s3rverServer } from '../artifacts/s3-servers.ts';
import { finishWithProof } from '../artifacts-world.ts';
import { type ApiWorld, openApiWorld } from './api-world.ts';

let world: ApiWorld;
let s3: S3Server;
beforeAll(async () => {
  s3 = await s3rverServer();
  world = await openApiWorld({ store: s3.store() });
});
afterAll(async () => {
  await world.close();
  await s3.stop();
});

describe('given a store that makes links', () => {
  it('presign=1 answers with a link to exactly these bytes, short-lived, as an attachment', async () => {
    const { body } = await world.post('/v1/search?mode=async', { query: 'q', surfaces: ['chatgpt'] });
    await finishWithProof(world, s3.store(), '<p>linked');
    const path = `/v1/jobs/${body.children[0]}/artifacts/proof`;
    const link = await world.get(`${path}?presign=1`);
    expect(link.status).toBe(200);
    expect(Date.parse(link.body.expiresAt) - Date.now()).toBeLessThanOrEqual(900_000);
    const opened = await fetch(link.body.url);
    expect(opened.headers.get('content-disposition')).toBe('attachment');
    const text = await opened.text();
    expect(sha256Hex(text)).toBe(link.body.sha256);
    expect((await world.get(path)).text).toBe(text);
  });
});
