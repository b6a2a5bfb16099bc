import { type FleetSurface, PAGE_SURFACE } from '../contract/surface-name.ts';
import { type CaptureMeans, captureChild } from './capture-child.ts';
import { capturePageChild } from './capture-page.ts';
import type { CaptureWork } from './run-attempt.ts';
import type { WorkerOptions } from './worker-options.ts';

/** How a worker captures a child, by surface: all that it serves, pages among them where it can render them. */
export function worksOf(options: WorkerOptions): ReadonlyMap<FleetSurface, CaptureWork> {
  const { surfaces, pages, gate } = options;
  const onOutcome: CaptureMeans['onOutcome'] = async (of, outcome) => gate?.report(of, outcome);
  const means = { ...options, onOutcome };
  const works = new Map<FleetSurface, CaptureWork>(
    surfaces.map((surface) => [
      surface.name,
      (child, deadline, log, news) => captureChild(child, surface, { ...means, ...news }, deadline, log),
    ]),
  );
  if (pages === undefined) return works;
  return works.set(PAGE_SURFACE, async (child, deadline, log, { seated, onAsked, onPageGivenBack }) => {
    onAsked(); // Nothing is asked: whoever has slots for pages has them all.
    await seated();
    const onCaptured = async (): Promise<void> => {
      onPageGivenBack();
      // Every page is another site: what one of them says is no reason to leave the others alone.
      await gate?.report(child, null);
    };
    return capturePageChild(child, { ...options, pages, onCaptured }, deadline, log);
  });
}
