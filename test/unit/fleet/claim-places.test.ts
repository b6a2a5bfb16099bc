import { expect, it } from 'vitest';
import { ClaimPlaces } from '../../../src/fleet/claim-places.ts';

it('claims at most four at once, and tells when a place is free again', async () => {
  const told: string[] = [];
  const places = new ClaimPlaces(() => told.push('free'));
  const open = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const under = open.map(({ promise }, index) => {
    expect(places.free, `before ${index}`).toBe(true);
    return places.run(() => promise);
  });
  expect(places.free).toBe(false);
  open[0]?.reject(new Error('away'));
  await expect(under[0]).rejects.toThrow('away');
  expect([places.free, told]).toEqual([true, ['free']]);
  for (const { resolve } of open) resolve();
  await Promise.all(under.slice(1));
  expect(told).toEqual(['free']);
});
