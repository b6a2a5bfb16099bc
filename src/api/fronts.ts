import { analysisFront } from './analysis-front/analysis-front.ts';
import { contentFront } from './content-front/content-front.ts';
import type { Front } from './front.ts';
import { reportsFront } from './reports-front/reports-front.ts';

/** Every front that is served; a new one is added here and nowhere else. */
export const FRONTS: readonly Front[] = [contentFront, reportsFront, analysisFront];

/** The front whose shape the answer to a request target must have; undefined: our own. */
export function frontOfPath(target: string): Front | undefined {
  const path = target.split('?')[0] ?? '/';
  return FRONTS.find(({ name, rootPaths }) => {
    const base = `/compat/${name}`;
    return path === base || path.startsWith(`${base}/`) || rootPaths.test(path);
  });
}
