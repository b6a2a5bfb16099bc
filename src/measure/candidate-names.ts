import { registrableDomain } from './brand-domains.ts';
import { spellingKey } from './fold.ts';
import { startsWithCapital } from './sentence-place.ts';

/**
 * Words of headings, criteria and advice that are no name: a candidate made of them alone is left out. Chosen by hand
 * for comparison answers, 2026-11.
 */
const GENERIC = new Set(
  `about access accuracy additional advantages advice affordability alternatives analytics answer api app apps architecture automation
  availability background bad basic battery benefits best better bonus bottom brand brands budget build business buy buyer buying camera
  capacity cases category cheap choice choose choosing cleaning comfort community company comparison compatibility conclusion
  considerations consider cons cost costs coverage criteria customer customization customisation data daily date day days deal decision delivery design details
  disadvantages display downsides drawbacks durability ease easy editor enterprise essential example examples experience expert extra
  factor factors faq fast feature features final fit flexibility food for free freshness friendly full general good great guide hardware
  health high highlights how ideal if important in industry info information insights integration integrations interface introduction
  items key language large latest learning limitations limits list local location long low main maintenance management market material
  materials maximum medium mid mobile model models money more most name natural new note notes number of office offers on online only open options other
  others our overall overview page payment performance personal pick picks plan plans platform platforms popular portability power
  practical premium price prices pricing privacy pro product products professional professionals pros provider providers purpose
  quality question questions quick range ranking rating ratings real reason reasons recommendation recommendations recommended
  related reliability reporting requirements research result results review reviews runner up safety sales score search security
  service services setup shipping shop simple size small social software sound source sources space specialty specifications speed start startup startups step steps
  storage strengths strong student students style suitable summary support sustainability table takeaway takeaways taste team teams technology
  templates the things time tip tips to tool tools top total tracking training travel trial type types unique usability use user users
  value vendor verdict versatility version warning warranty watch weaknesses weight well what when where which who why with work works worth year years your
  anbieter anwendung ausstattung beispiel bester beste bestes bewertung datenschutz eigenschaften empfehlung fazit funktionen für geeignet
  hinweis ideal kosten kundenservice kriterien leistung marke merkmale nachteile name preis preise produkt qualität sicherheit stärken
  blog click download homepage learn link links login official page pages sign site store visit website
  tipp tipps übersicht und unterstützung vergleich vorteile zusammenfassung avantages avis budget caractéristiques choix comparaison
  conclusion conseil conseils critère critères exemple fonctionnalités inconvénients marque meilleur meilleure nom note pour prix produit
  qualité résumé sécurité ventajas desventajas características calidad comparación conclusión consejo consejos ejemplo marca mejor mejores
  nombre nota para precio precios producto resumen seguridad servicio вывод достоинства итог качество минусы недостатки особенности
  плюсы преимущества пример рейтинг совет советы сравнение стоимость характеристики цена цены価格 特徴 機能 注意点 まとめ メリット デメリット 料金 比較 おすすめ
  总结 价格 优点 缺点 特点 功能 适合 品牌 推荐 对比 建议 质量 服务 安全 가격 장점 단점 특징 요약 추천 기능 비교 품질`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

const MOST_WORDS = 4;
const MOST_CHARACTERS = 40;
/** Japanese sentences and adjectives end so; names do not. */
const VERB_ENDS = /(?:ます|です|した|する|ない|たい|たい場合|場合|こと|ください|[いるう])$/u;
const CASED = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u;

/** The head of a list item or line: what stands before its first colon, dash or bracket. */
export function headOf(text: string): string {
  const plain = plainText(text).replace(/^\s*(?:\d{1,2}[.)]\s*|[-*•·–—]\s+)/u, '');
  return plain.split(/\s*[:：(（]|\s+[-–—|]\s+|\n|[,，、。;]|\.\s|\.$/u)[0]?.trim() ?? '';
}

/**
 * A list item as a candidate. In scripts without capitals nothing tells a name from a phrase, so there only the head of
 * an item counts, or an item that is one short word.
 */
export function itemHead(text: string): string {
  const head = headOf(text);
  const whole = plainText(text);
  if (CASED.test(head) || head.length < whole.length - 1) return head;
  return /\s/.test(head) || head.length > LONGEST_BARE_ITEM ? '' : head;
}

const LONGEST_BARE_ITEM = 10;

/** Whether an answer also writes a name in small letters, as a common noun. */
export function isCommonNoun(name: string, answer: string): boolean {
  if (!/^\p{Lu}\p{Ll}+$/u.test(name)) return false;
  const noun = name.toLowerCase();
  if (!answer.includes(noun)) return false;
  return new RegExp(`(?<![\\p{L}\\p{M}./@-])${noun}(?![\\p{L}\\p{M}./@-])`, 'u').test(answer);
}

/** Markdown marks, reference numbers and pictographs taken away. */
function plainText(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[\d+\]|[*_`~]|[™®©]/g, '')
    .replace(/\p{Extended_Pictographic}|\u200d|\ufe0f/gu, '')
    .trim();
}

/**
 * A text as a name, or null when it does not look like one: at most four words and 40 characters, with letters, words
 * of cased scripts with capitals, and not of generic words alone.
 */
export function asName(text: string): string | null {
  const name = plainText(text)
    .replace(/^["'“”„«»]+|["'“”„«».!]+$/gu, '')
    .trim();
  const words = name.split(/\s+/);
  if (name.length < 2 || name.length > MOST_CHARACTERS || words.length > MOST_WORDS) return null;
  if (VERB_ENDS.test(name)) return null;
  if (!/\p{L}/u.test(name) || /[?¿=<>{}\\]|:\/\//.test(name)) return null;
  const content = words.filter((word) => word.length > 3 && CASED.test(word));
  if (!content.every((word) => /\p{Lu}|\p{N}/u.test(word)) || !words.some(looksNamed)) return null;
  const first = words[0] ?? '';
  if (CASED.test(first) && !startsWithCapital(first) && !/\p{Lu}|\p{N}/u.test(first)) return null;
  return words.every(isGeneric) ? null : name;
}

function looksNamed(word: string): boolean {
  return !CASED.test(word) || /\p{Lu}/u.test(word);
}

function isGeneric(word: string): boolean {
  const bare = word.toLowerCase().replace(/[^\p{L}\p{M}\p{N}]/gu, '');
  return (
    bare === '' ||
    /^\d+$/.test(bare) ||
    GENERIC.has(bare) ||
    (bare.endsWith('s') && GENERIC.has(bare.slice(0, -1)))
  );
}

/** A link `[Acme](https://www.acme.com/)`: its text is the site's own name, and it leads to no page deep inside. */
export function siteOfLink(text: string, url: string): string | null {
  const domain = registrableDomain(url);
  return domain !== null && isFrontPage(url) && isNameOfDomain(text, domain) ? domain : null;
}

/** Whether a URL leads to a site itself: its path has at most one part, `/en` or `/@name`. */
export function isFrontPage(url: string): boolean {
  if (!URL.canParse(url)) return false;
  return new URL(url).pathname.split('/').filter((part) => part !== '').length <= 1;
}

/** Whether a name is the domain's own label: `Acme Tools` of `acmetools.com` and of `acme-tools.io`. */
export function isNameOfDomain(name: string, domain: string): boolean {
  const key = spellingKey(name).replace(/[^\p{L}\p{N}.]/gu, '');
  const label = domain.split('.')[0]?.replaceAll('-', '') ?? '';
  return key !== '' && (key === label || key === domain.replaceAll('-', ''));
}
