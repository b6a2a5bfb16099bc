import countries from 'i18n-iso-countries/index.js';
import english from 'i18n-iso-countries/langs/en.json' with { type: 'json' };

// The package's own entry reads the names in all of its 80 languages, at every start of every process.
countries.registerLocale(english);

/** ISO 3166-1 alpha-2 codes of all countries, in upper case (list of i18n-iso-countries 7.14). */
export function countryCodes(): string[] {
  return Object.keys(countries.getAlpha2Codes());
}

/** The English name of a country; undefined for what is no code. */
export function countryName(code: string): string | undefined {
  return countries.getName(code, 'en');
}

/** `US` of `United States` or `us`; undefined for what is no country. */
export function countryCodeOf(text: string): string | undefined {
  const code = text.trim().toUpperCase();
  return countries.isValid(code) ? countries.toAlpha2(code) : countries.getAlpha2Code(text.trim(), 'en');
}
