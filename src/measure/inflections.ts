/**
 * Closed lists of the endings a name takes, by the language of the answer; used for answers in that language only
 * (`Allegroa` is Finnish for a reader of Finnish and a stranger's name elsewhere). Sources: the declension tables of
 * each language's grammar, 2026-11; possessives after an apostrophe need no list, the apostrophe ends the word.
 */
interface Endings {
  /** What may follow the whole name. */
  append: string;
  /** What replaces the name's last letters: `ending>forms`. */
  replace?: readonly (readonly [string, string])[];
}

const FEMININE_RU = 'ы е у ой ою и ам ами ах';
const RUSSIAN: Endings = {
  append: 'а у ом е ы и ов ам ами ах ем я ю ев',
  replace: [
    ['а', FEMININE_RU],
    ['я', 'и е ю ей ею ям ями ях'],
    ['о', 'а у ом е'],
    ['й', 'я ю ем е'],
    ['ь', 'я ю ем е и ью'],
  ],
};
const SOUTH_SLAVIC: Endings = {
  append: 'a u om em e i ov ova ovi ima ama ju jem ja',
  replace: [
    ['a', 'e i u om o ama'],
    ['o', 'a u om'],
    ['e', 'a u om em'],
  ],
};
const CZECH: Endings = {
  append: 'u a em ovi y ů ům ech e i ě ovým ový ovu',
  replace: [
    ['a', 'y ě e u ou o ami ám ách'],
    ['o', 'a u em ě'],
    ['e', 'i í u em'],
    ['ia', 'ii ií iu ie'],
  ],
};
const SCANDINAVIAN: Endings = { append: 's n ns en et ens ets' };

const ENDINGS: Readonly<Record<string, Endings>> = {
  en: { append: 's es' },
  de: { append: 's' },
  nl: { append: 's' },
  fr: { append: 's' },
  es: { append: 's es' },
  pt: { append: 's es' },
  sv: SCANDINAVIAN,
  da: { append: 's en et ens ets' },
  nb: { append: 's en et ens ets' },
  no: { append: 's en et ens ets' },
  tr: {
    append:
      'ın in un ün nın nin nun nün yı yi yu yü ya ye da de ta te nda nde dan den tan ten ndan nden la le yla yle lar ler ları leri ların lerin larda lerde ca ce ça çe dır dir dur dür tır tir lı li lu lü ki daki deki',
  },
  az: { append: 'ın in un ün nın nin nun nün ı i u ü nı ni nu nü a ə ya yə da də dan dən la lə lar lər' },
  fi: {
    append:
      'n in a ä ia iä ta tä an en un on iin aan een oon uun ssa ssä issa issä sta stä ista istä lla llä illa illä lta ltä ilta iltä lle ille ksi iksi na nä ina inä t it kin han hän ssakin',
    replace: [
      ['i', 'en ellä ella essa essä esta estä eltä elta elle eksi'],
      ['e', 'een eella eellä eessa eessä eesta eestä eelta eeltä eelle eeseen eet'],
    ],
  },
  et: { append: 'i l s st le lt ga ks ta ni na t d sse ist il is iga ile ilt ele el es est eks ega' },
  hu: {
    append:
      'nak nek ban ben ba be ból ből on en ön n ra re ról ről nál nél hoz hez höz tól től val vel t ot et öt at ig ért ként k ok ek ök é ével ja je os es ös i n',
  },
  pl: {
    append: 'a u owi em iem ie ów om ami ach y i e ą',
    replace: [
      ['a', 'y i ie e ę ą o'],
      ['ka', 'ki ce kę ką ko'],
      ['ra', 'ry rze rę rą'],
      ['ta', 'ty cie tę tą'],
      ['da', 'dy dzie dę dą'],
      ['o', 'a u em'],
      ['ro', 'ra ru rem rze'],
      ['r', 'rze'],
      ['t', 'cie'],
      ['st', 'ście'],
      ['d', 'dzie'],
      ['e', 'ego emu em'],
    ],
  },
  cs: CZECH,
  sk: CZECH,
  hr: SOUTH_SLAVIC,
  sr: SOUTH_SLAVIC,
  bs: SOUTH_SLAVIC,
  sl: SOUTH_SLAVIC,
  ru: RUSSIAN,
  uk: {
    append: 'а у ом ові і и ів ам ами ах ем ю я',
    replace: [
      ['а', 'и і у ою о ам ами ах'],
      ['ка', 'ки ці ку кою'],
      ['я', 'і ю єю ї'],
      ['о', 'а у ом і'],
      ['ь', 'я ю ем і'],
    ],
  },
  be: RUSSIAN,
  bg: { append: 'а ът ят я и ите' },
  ro: { append: 'ul ului uri ei lui' },
  el: {
    append: 'σ',
    replace: [
      ['οσ', 'ου ο ε οι ων ουσ'],
      ['όσ', 'ού ό έ οί ών ούσ'],
      ['ασ', 'α'],
      ['ησ', 'η'],
      ['α', 'ασ εσ'],
      ['ο', 'ου α ων'],
      ['ιο', 'ιου ια'],
    ],
  },
};

/** Languages in which a name takes endings; in any other it is written as in none. */
export const INFLECTED_LANGUAGES: readonly string[] = Object.keys(ENDINGS);

/** Hungarian -val/-vel doubles the last consonant instead: `Samsunggal`. */
function assimilated(name: string): string[] {
  const last = name.at(-1) ?? '';
  return /[bcdfghjklmnpqrstvwxz]/.test(last) ? [`${last}al`, `${last}el`] : [];
}

/** A name of fewer letters takes no ending: too many words would look like it. */
const SHORTEST_INFLECTED = 4;

/** The endings that may follow a folded name in an answer in `language`. */
export function appendedEndings(name: string, language: string): string[] {
  const endings = ENDINGS[language];
  if (endings === undefined || name.length < SHORTEST_INFLECTED) return [];
  const listed = endings.append.split(' ');
  return language === 'hu' ? [...listed, ...assimilated(name)] : listed;
}

/** Hungarian lengthens a last vowel before an ending: `Tesla`, `Teslának`; `Tesco`, `Tescóban`. */
function lengthened(name: string, endings: readonly string[]): string[] {
  const long = LONG_VOWELS[name.at(-1) ?? ''];
  return long === undefined ? [] : endings.map((ending) => name.slice(0, -1) + long + ending);
}

const LONG_VOWELS: Readonly<Record<string, string>> = { a: 'á', e: 'é', o: 'ó', ö: 'ő' };
const WEAK_GRADE = 'n lla llä ssa ssä sta stä lle lta ltä ksi t'.split(' ');

/** Finnish shortens a double stop where the syllable closes: `Marimekko`, `Marimekon`. */
function weakGrade(name: string): string[] {
  const [, stem, stop, vowel] = /^(.+)([kpt])\2([aeiouyäö])$/.exec(name) ?? [];
  return stem === undefined ? [] : WEAK_GRADE.map((ending) => `${stem}${stop}${vowel}${ending}`);
}

/** Finnish names in -s grow a stem: `Adidas`, `Adidaksen`, `Adidasta`. */
function sibilantStem(name: string): string[] {
  const [, stem] = /^(.+[aeiouyäö])s$/.exec(name) ?? [];
  return stem === undefined ? [] : [...WEAK_GRADE, 'en', 'ssakin'].map((ending) => `${stem}kse${ending}`);
}

/** Whole forms of a folded name in which its last letters changed. */
export function replacedForms(name: string, language: string): string[] {
  const endings = ENDINGS[language];
  if (endings === undefined || name.length < SHORTEST_INFLECTED) return [];
  const listed = (endings.replace ?? []).flatMap(([ending, forms]) =>
    name.endsWith(ending)
      ? forms.split(' ').map((form) => name.slice(0, name.length - ending.length) + form)
      : [],
  );
  if (language === 'hu') return [...listed, ...lengthened(name, endings.append.split(' '))];
  return language === 'fi' ? [...listed, ...weakGrade(name), ...sibilantStem(name)] : listed;
}
