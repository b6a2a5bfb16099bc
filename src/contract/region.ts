import { z } from 'zod';

/** Where a capture is asked to run. `null` in its place means untargeted (GLOBAL). */
export const regionSchema = z.strictObject({
  country: z.string().describe('ISO 3166-1 alpha-2, upper case'),
  city: z.string().optional(),
  language: z.string().optional().describe('BCP 47 language tag'),
});

export type Region = z.infer<typeof regionSchema>;

/** The region key of an untargeted child. */
export const GLOBAL_REGION_KEY = 'GLOBAL';

function slug(part: string): string {
  return part
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
}

/**
 * The key of a region inside a child id: lower-cased `country[:city][:language]`, each part a slug, or
 * `GLOBAL`. A language without a city keeps the empty place (`de::en`), so the key reads back unambiguously.
 */
export function regionKey(region: Region | null): string {
  if (region === null) return GLOBAL_REGION_KEY;
  const parts = [slug(region.country)];
  if (region.city !== undefined || region.language !== undefined) parts.push(slug(region.city ?? ''));
  if (region.language !== undefined) parts.push(slug(region.language));
  return parts.join(':');
}

const ISO_3166 = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
    'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR ' +
    'GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP ' +
    'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ ' +
    'NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW ' +
    'SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ ' +
    'UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
);

/** True for an ISO 3166-1 alpha-2 country code in upper case (list of 2026-11). */
export function isCountryCode(code: string): boolean {
  return ISO_3166.has(code);
}
