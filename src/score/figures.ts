const CURRENCY = '[$€£¥₹₽₩₺₴₫฿]|USD|EUR|GBP|CHF|JPY|CNY|INR';
const NUMBER = '\\p{Nd}(?:[\\p{Nd}.,’\\u00a0\\u202f]{0,18}\\p{Nd})?';
const SPACED_UNITS =
  '%|‰|٪|％|percent|per cent|prozent|por ciento|per cento|pour cent|процент\\p{L}*|pts?|°\\s?[CF]|°|[kMGTµmc]?(?:m|g|W|Wh|Hz|B|l|L|A|V|s)\\b|k?bit/s|Mbps|GB|MB|TB|kg|km/h|mph|km²|m²|kcal|mi|miles?|ft|feet|inch(?:es)?|lbs?|hours?|hrs?|minutes?|mins?|seconds?|days?|weeks?|months?|years?|Stunden?|Minuten?|Tagen?|Wochen?|Monaten?|Jahren?|heures?|jours?|semaines?|mois|ans|horas?|días?|semanas?|meses|años|anos|ore|giorni|settimane|mesi|anni|million\\p{L}*|billion\\p{L}*|thousand|Mio\\.?|Mrd\\.?|Milliarden|Millionen|millones|milliards?|тыс\\p{L}*|млн|млрд|лет|года?|месяц\\p{L}*|дн\\p{L}*|مليون|مليار|ألف|سنوات|سنة|أيام|يوم|ساعات|ساعة|times|x\\b|×';
const UNSPACED_UNITS =
  '[年月日円元万億亿個个人件回時间時間分秒歳台社名倍ヶか]|ドル|ユーロ|パーセント|キロ|メートル|บาท|ปี|เดือน|วัน|คน';

/** A number that can be checked: with a currency, percent or unit, or a year of 1900–2099. Digits of any script. */
const FIGURE = new RegExp(
  `(?<![\\p{Nd}\\p{L}.,])(?:(?:${CURRENCY})\\s?${NUMBER}|${NUMBER}\\s?(?:${CURRENCY})|${NUMBER}[\\s\\u00a0\\u202f-]?(?:${SPACED_UNITS})(?!\\p{L})|${NUMBER}\\s?(?:${UNSPACED_UNITS})|(?:19|20)\\d{2}(?![\\p{Nd}\\p{L}]))`,
  'gu',
);

export interface Figure {
  text: string;
  start: number;
  end: number;
}

/** All checkable figures of a text. */
export function figuresOf(text: string): Figure[] {
  return [...text.matchAll(FIGURE)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

export function hasFigure(text: string): boolean {
  FIGURE.lastIndex = 0;
  return FIGURE.test(text);
}
