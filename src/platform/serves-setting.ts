import type { z } from 'zod';
import { FleetError } from '../contract/errors.ts';
import { GLOBAL_REGION_KEY, isCountryCode } from '../contract/region.ts';
import { FLEET_SURFACES, type FleetSurface } from '../contract/surface-name.ts';
import type { Egress } from './egress-setting.ts';

/** Stands for the countries that FLEET_EGRESS has a proxy for. */
const EGRESS_WORD = 'EGRESS';

function entriesOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Reads `chatgpt,google_news`; undefined: every surface. */
export function parseSurfaces(
  text: string | undefined,
  context: z.RefinementCtx,
): readonly FleetSurface[] | undefined {
  if (text === undefined) return undefined;
  const names = new Set<FleetSurface>();
  for (const entry of entriesOf(text)) {
    const name = FLEET_SURFACES.find((known) => known === entry);
    if (name !== undefined) names.add(name);
    else
      context.addIssue({
        code: 'custom',
        message: `${JSON.stringify(entry)} is not one of ${FLEET_SURFACES.join(', ')}`,
      });
  }
  if (names.size === 0) context.addIssue({ code: 'custom', message: 'names no surface' });
  return [...names];
}

/** Reads `DE,US,GLOBAL,egress`; undefined: every region. Order and case do not matter. */
export function parseRegions(
  text: string | undefined,
  context: z.RefinementCtx,
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const words = new Set(entriesOf(text).map((entry) => entry.toUpperCase()));
  for (const word of words) {
    if (word === GLOBAL_REGION_KEY || word === EGRESS_WORD || isCountryCode(word)) continue;
    const message = `${JSON.stringify(word)} is neither an ISO 3166-1 country code, nor ${GLOBAL_REGION_KEY} (untargeted), nor egress`;
    context.addIssue({ code: 'custom', message });
  }
  return [...words];
}

/**
 * The regions a worker serves, with the word `egress` replaced by the countries it has a proxy for. Throws
 * CONFIG_INVALID when nothing remains: such a worker would look alive and do nothing.
 */
export function servedRegions(
  words: readonly string[] | undefined,
  egress: Readonly<Record<string, Egress>>,
): readonly string[] | undefined {
  if (words === undefined) return undefined;
  const countries = words.includes(EGRESS_WORD) ? Object.keys(egress) : [];
  const served = [...new Set([...words.filter((word) => word !== EGRESS_WORD), ...countries])].sort();
  if (served.length > 0) return served;
  throw new FleetError('CONFIG_INVALID', 'FLEET_REGIONS leaves this worker no region to serve', {
    fix: 'name countries or GLOBAL, or give FLEET_EGRESS the proxies that `egress` stands for',
  });
}
