import type { Wall } from '../../src/contract/surface.ts';
import { RESULTS_CSS } from '../google/page-kind.ts';
import { GOOGLE_WALLS } from '../google/walls.ts';
import { AI_MODE_CSS, COMPOSER_CSS } from './selectors.ts';

/** What is no wall: a page of results, or AI Mode's own, which carries an invisible check of its own in any case. */
const UNLESS = `${RESULTS_CSS}, ${AI_MODE_CSS}, ${COMPOSER_CSS}, [data-scope-id="turn"]`;

/** Google's walls, with the sign-in that AI Mode asks for where it is not open to everybody. */
export const AI_MODE_WALLS: readonly Wall[] = [
  { name: 'sign_in_host', outcome: 'login_wall', url: /^https?:\/\/accounts\.google\.[a-z.]+\// },
  ...GOOGLE_WALLS.map((wall) => (wall.unless === undefined ? wall : { ...wall, unless: UNLESS })),
  {
    name: 'answer_refused',
    outcome: 'surface_error',
    selector: '[data-aeie="true"]',
    unless: '[data-zzy], [data-container-id="main-col"] [data-sfc-cp]',
  },
];

/**
 * Said where AI Mode is not offered (country, account, age), in the words of Google's pages of 2025-08 → 2026-10. A page
 * that says so has no answer to give.
 */
export const NOT_OFFERED =
  /AI Mode (?:is not|isn[’']t|is currently not|is currently unavailable)[^.]{0,60}(?:available|for your)?|KI-Modus ist (?:derzeit )?nicht verfügbar|Modo (?:de )?IA no está disponible|Mode IA n[’']est pas (?:encore )?disponible|AI モードは[^。]{0,30}(?:ご利用いただけません|利用できません)|Modo IA não está disponível|وضع الذكاء الاصطناعي غير متاح/iu;
