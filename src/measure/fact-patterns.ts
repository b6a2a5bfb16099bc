/**
 * How answers state facts of a company. Each pattern stands for one wording; a sentence that says it otherwise counts as
 * not stating it, never as contradicting it.
 */

/** Words for founding, in the languages we read. */
const FOUNDED =
  /(?<![\p{L}\p{M}])(?:founded|established|incorporated|gegründet|gründung(?:sjahr)?|fondée?|créée?|fundad[ao]|fondat[ao]|opgericht|grundad(?:es)?|grundlagt|założon[ayeo]|alapítottá?k|alapították|perustet(?:tiin|tu)|kuruldu|kurulan|kurulmuş|основан[ао]?|заснован[ао]?|ιδρύθηκε|נוסדה?|الت?أ?سيس|تأسست?)(?![\p{L}\p{M}])|成立|创立|創立|创办|創業|設立|설립|창립|स्थापना|ก่อตั้ง/giu;
const NOT_FOUNDED = /(?:not|n['’]t|never|nicht)\s+(?:been\s+)?(?:founded|established|gegründet)/iu;
const YEAR = /(?<!\d)(1[89]\d\d|20\d\d)(?!\d)/g;
/** Characters between the word and its year. */
const YEAR_NEAR = 40;

/** Years that a sentence gives as a founding year: the nearest to each word for founding. */
export function foundingYears(sentence: string): number[] {
  if (NOT_FOUNDED.test(sentence)) return [];
  const years = [...sentence.matchAll(YEAR)].map((match) => ({ year: Number(match[1]), at: match.index }));
  const stated = [...sentence.matchAll(FOUNDED)].flatMap(({ index, 0: word }) => {
    const near = years
      .map(({ year, at }) => ({ year, gap: at >= index ? at - index - word.length : index - at - 4 }))
      .filter(({ gap }) => gap <= YEAR_NEAR)
      .sort((a, b) => a.gap - b.gap);
    return near.slice(0, 1).map(({ year }) => year);
  });
  return [...new Set(stated)];
}

const SEAT =
  /(?<![\p{L}\p{M}])(?:headquartered (?:in|at|out of)|headquarters (?:is|are|located|is located|are located) in|based in|(?:haupt|firmen)?sitz (?:ist |befindet sich )?in|siège(?: social)? (?:est |se trouve |situé )?à|basée? à|sede(?: central| principal| social)? (?:está )?(?:en|em|a|in)|gevestigd in|hoofdkantoor in|huvudkontor i|hovedkontor i|siedzib[aąęy] (?:firmy )?(?:jest |znajduje się )?we? |штаб-квартир(?:а|ой|у) (?:компании )?(?:находится |расположена )?в|pääkonttori (?:on |sijaitsee )?)\s*(.{2,60})|(?:总部(?:位于|设在|在)|總部(?:位於|設在|在)|本社(?:は|を)|본사는|본사를|مقرها(?: الرئيسي)?(?: في)?|המטה (?:נמצא )?ב)(.{2,30})/giu;

/** A seat as a sentence gives it: the words after “headquartered in” to the next stop, and whether they are English. */
export interface StatedSeat {
  place: string;
  english: boolean;
}

const ENGLISH_SEAT = /^(?:headquarter|based)/i;
const PLACE_ENDS = /[.;:()\n]|\s(?:and|with|und|et|y|which|that|where|since)\s|[。；（]/u;

export function statedSeats(sentence: string): StatedSeat[] {
  return [...sentence.matchAll(SEAT)].map((match) => ({
    place: (match[1] ?? match[2] ?? '').split(PLACE_ENDS)[0]?.trim() ?? '',
    english: ENGLISH_SEAT.test(match[0]),
  }));
}

/** An amount of money; `currencies`: every code the sign may stand for. */
export interface StatedAmount {
  amount: number;
  /** No decimals were written. */
  whole: boolean;
  currencies: readonly string[];
}

const SIGNS: Readonly<Record<string, readonly string[]>> = {
  $: ['USD', 'CAD', 'AUD', 'NZD', 'SGD', 'MXN', 'HKD', 'TWD', 'CLP', 'ARS', 'COP'],
  us$: ['USD'],
  '€': ['EUR'],
  euro: ['EUR'],
  euros: ['EUR'],
  dollars: ['USD', 'CAD', 'AUD', 'NZD'],
  '£': ['GBP'],
  '¥': ['JPY', 'CNY'],
  '￥': ['JPY', 'CNY'],
  円: ['JPY'],
  元: ['CNY', 'TWD'],
  원: ['KRW'],
  '₩': ['KRW'],
  '₹': ['INR'],
  '₽': ['RUB'],
  руб: ['RUB'],
  '₺': ['TRY'],
  tl: ['TRY'],
  '₴': ['UAH'],
  zł: ['PLN'],
  kr: ['SEK', 'NOK', 'DKK'],
  kč: ['CZK'],
  ft: ['HUF'],
  r$: ['BRL'],
  '₪': ['ILS'],
  '฿': ['THB'],
};
const NUMBER = /\d{1,3}(?:[,.'’\u00a0\u202f ]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)/u.source;
const SIGN =
  /us\$|r\$|[$€£¥￥₩₹₽₺₴₪฿円元원]|(?<!\p{L})(?:euros?|dollars|руб|tl|zł|kr|kč|ft|usd|eur|gbp|jpy|cny|krw|inr|rub|try|uah|pln|sek|nok|dkk|czk|huf|brl|ils|thb|cad|aud|nzd|chf|sgd|hkd|mxn|zar|aed|sar|idr|vnd|php|myr|twd|ron|bgn)(?!\p{L})/u
    .source;
const AMOUNT = new RegExp(`(${SIGN})\\s?(${NUMBER})|(${NUMBER})\\s?(${SIGN})`, 'giu');
/** A sum that is not a price. */
const NOT_PRICE =
  /(?:save|saves|saving|off|discount|up to|raised|revenue|sparen|rabatt|funding)\s*(?:of\s*)?$/iu;

/** Every amount with a currency that a sentence gives as a price. */
export function statedAmounts(sentence: string): StatedAmount[] {
  return [...sentence.matchAll(AMOUNT)].flatMap((match) => {
    const sign = (match[1] ?? match[4] ?? '').toLowerCase();
    const currencies = SIGNS[sign] ?? (/^[a-z]{3}$/.test(sign) ? [sign.toUpperCase()] : []);
    const number = match[2] ?? match[3] ?? '';
    if (currencies.length === 0 || NOT_PRICE.test(sentence.slice(0, match.index))) return [];
    return [{ amount: amountOf(number), whole: !/[.,]\d{1,2}$/.test(number), currencies }];
  });
}

/** 1,299.99, 1.299,99, 1 299 and 12,5: what stands before three digits groups, before one or two it divides. */
function amountOf(written: string): number {
  const [, whole = written, decimals = '0'] = /^(.*)[.,](\d{1,2})$/.exec(written) ?? [];
  return Number(`${whole.replace(/\D/g, '')}.${decimals}`);
}
