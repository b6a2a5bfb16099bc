import { benchCapture } from './capture.ts';
import { benchConcurrent } from './concurrent.ts';
import { benchCoordinate } from './coordinate.ts';
import { benchCoverage } from './coverage.ts';
import { benchDispatch } from './dispatch.ts';
import { benchExtract } from './extract.ts';
import { benchMeasure } from './measure.ts';
import { benchScore } from './score.ts';
import { benchSoak } from './soak.ts';
import { benchSubmit } from './submit.ts';
import { benchTargets } from './targets.ts';
import { benchWake } from './wake.ts';

/** `npm run bench -- <name>`: prints its figures as JSON lines. */
const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  capture: benchCapture,
  concurrent: benchConcurrent,
  coordinate: benchCoordinate,
  coverage: benchCoverage,
  dispatch: benchDispatch,
  extract: benchExtract,
  score: benchScore,
  soak: benchSoak,
  measure: benchMeasure,
  submit: benchSubmit,
  targets: benchTargets,
  wake: benchWake,
};

const [name = ''] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join(' | ')}\n`);
  process.exitCode = 2;
} else {
  await bench();
}
