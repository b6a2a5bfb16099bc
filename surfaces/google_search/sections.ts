import type { Entry } from '../google/listing.ts';

/**
 * Headings of the blocks of a results page and what stands below them, as captured (en 2023 → 2026-02) and as Google
 * words them in other languages. A heading that is not listed leaves the block to its structure.
 */
const SECTIONS: readonly [Entry['type'], RegExp][] = [
  [
    'top_story',
    /^(?:top stories|also in the news|local news|news|schlagzeilen|à la une|noticias destacadas|principais notícias|principais histórias|notizie principali|トップニュース|главные новости|أهم الأخبار|topnieuws)(?![\p{L}\p{N}])/iu,
  ],
  [
    'perspective',
    /^(?:what people are saying|perspectives|discussions and forums|latest posts|recent posts|posts on|diskussionen und foren|das sagen andere|meinungen|discussions et forums|ce que disent|debates y foros|lo que dice|discussões e fóruns|o que as pessoas|discussioni e forum|ディスカッション|مناقشات)/iu,
  ],
  [
    'video',
    /^(?:(?:short )?videos?|kurzvideos|vidéos|vídeos|動画|видео|فيديو(?:هات)?|video's)(?![\p{L}\p{N}])/iu,
  ],
  [
    'image',
    /^(?:images|bilder|imágenes|imagens|immagini|画像|изображения|картинки|صور|afbeeldingen)(?![\p{L}\p{N}])/iu,
  ],
  [
    'local',
    /^(?:local results|places|businesses|locations|orte|unternehmen|standorte|lieux|adresses|sitios|lugares|luoghi|場所|места|أماكن)(?![\p{L}\p{N}])/iu,
  ],
  ['job', /^(?:jobs|stellenangebote|emplois|empleos|vagas|lavoro|求人|вакансии|وظائف)(?![\p{L}\p{N}])/iu],
];

/** What a block's heading says of the cards below it, or undefined. */
export function typeOfSection(heading: string): Entry['type'] | undefined {
  return SECTIONS.find(([, words]) => words.test(heading))?.[0];
}

const VIDEO_SITES = /(?:^|\.)(?:youtube\.com|vimeo\.com|dailymotion\.com|twitch\.tv)$/;
const POSTING_SITES =
  /(?:^|\.)(?:x\.com|twitter\.com|instagram\.com|facebook\.com|tiktok\.com|threads\.(?:net|com)|reddit\.com|quora\.com|linkedin\.com|truthsocial\.com|bsky\.app|pinterest\.com)$/;

/** What the site of a card says of it where no heading does. */
export function typeOfSite(domain: string | null): Entry['type'] {
  if (domain !== null && VIDEO_SITES.test(domain)) return 'video';
  return domain !== null && POSTING_SITES.test(domain) ? 'perspective' : 'other';
}
