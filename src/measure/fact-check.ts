import type { Brand } from '../contract/brand-book.ts';
import { foundingYears, statedAmounts, statedSeats } from './fact-patterns.ts';
import { fold, spellingKey } from './fold.ts';
import type { FactCheck } from './report-metrics.ts';
import { charAt, charKind } from './scripts.ts';

/** A sentence that names the brand. */
export interface SentenceOfBrand {
  observationId: string;
  text: string;
}

type Verdict = 'agrees' | 'contradicts' | 'not_stated';

const MOST_EXAMPLES = 5;

/**
 * Declared facts against the sentences that name the brand: a founding year, a seat, prices, by pattern. Where a
 * sentence gives several values none of which agrees, or names a place perhaps in another language, nothing is
 * claimed. One entry per declared fact, in the order year, headquarters, prices; none without facts.
 */
export function checkFacts(brand: Brand, sentences: readonly SentenceOfBrand[]): FactCheck[] {
  const { facts } = brand;
  if (facts === null) return [];
  const { foundedYear, headquarters } = facts;
  return [
    ...(foundedYear === null
      ? []
      : [counted('founded_year', String(foundedYear), sentences, (text) => yearVerdict(foundedYear, text))]),
    ...(headquarters === null
      ? []
      : [counted('headquarters', headquarters, sentences, (text) => seatVerdict(headquarters, text))]),
    ...facts.prices.map((price) =>
      counted('price', `${price.product}: ${price.amount} ${price.currency}`, sentences, (text) =>
        priceVerdict(price, text),
      ),
    ),
  ];
}

function counted(
  fact: FactCheck['fact'],
  declared: string,
  sentences: readonly SentenceOfBrand[],
  verdictOf: (text: string) => Verdict,
): FactCheck {
  const check: FactCheck = { fact, declared, agrees: 0, contradicts: 0, examples: [] };
  for (const { observationId, text } of sentences) {
    const verdict = verdictOf(text);
    if (verdict === 'not_stated') continue;
    check[verdict] += 1;
    const shown = check.examples.some((example) => example.observationId === observationId);
    if (!shown && check.examples.length < MOST_EXAMPLES)
      check.examples.push({ observationId, text, verdict });
  }
  return check;
}

function yearVerdict(declared: number, text: string): Verdict {
  const years = foundingYears(text);
  if (years.includes(declared)) return 'agrees';
  return years.length === 1 ? 'contradicts' : 'not_stated';
}

function seatVerdict(declared: string, text: string): Verdict {
  const seats = statedSeats(text).filter(({ place }) => place !== '');
  const parts = declared
    .split(/[,;/()]/)
    .map((part) => spellingKey(part))
    .filter((part) => part.length > 1);
  const agrees = seats.some(({ place }) => parts.some((part) => spellingKey(place).includes(part)));
  if (agrees) return 'agrees';
  const [seat] = seats;
  if (seats.length !== 1 || seat === undefined) return 'not_stated';
  // Other languages have other names for places (München, Monaco di Baviera); English ones are expected to be declared.
  const comparable =
    seat.english && charKind(charAt(declared, 0)) === 'latin' && /^(?:the\s)?\p{Lu}/u.test(seat.place);
  return comparable ? 'contradicts' : 'not_stated';
}

function priceVerdict(price: { product: string; amount: number; currency: string }, text: string): Verdict {
  if (!fold(text).text.includes(fold(price.product).text)) return 'not_stated';
  const amounts = statedAmounts(text).filter(({ currencies }) =>
    currencies.includes(price.currency.toUpperCase()),
  );
  const agrees = amounts.some(
    ({ amount, whole }) => Math.abs(amount - (whole ? Math.round(price.amount) : price.amount)) < 0.005,
  );
  if (agrees) return 'agrees';
  return amounts.length === 1 ? 'contradicts' : 'not_stated';
}
