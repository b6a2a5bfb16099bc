import { createHash } from 'node:crypto';
import { countedBy } from './completeness.ts';
import type { Methodology } from './methodology.ts';
import { INTENTS, type Observation, type Prompt } from './observation.ts';
import type { FactCheck, Stability } from './report-metrics.ts';
import { sorted } from './share-figure.ts';
import { cellsOf } from './stability.ts';
import type { TierFacts } from './tier.ts';
import { tierOf } from './tier.ts';

/** Consumer answer products that this fleet does not capture: said, so that "AI search" is not read as all of it. */
const NOT_CAPTURED = ['grok', 'meta_ai', 'deepseek', 'mistral_le_chat'];

export interface MethodologyInput {
  definitionsVersion: string;
  prompts: readonly Prompt[];
  observations: readonly Observation[];
  brandBookHash: string;
  stability: Stability;
  tier: TierFacts;
  cadence: Methodology['cadence'];
  ambiguous: number;
  controlHits: number;
  factChecks: readonly FactCheck[];
}

/** The block that says how the figures came about (specs/analysis.md C.6). Pure. */
export function methodologyBlock(input: MethodologyInput): Methodology {
  const { prompts, observations, stability } = input;
  const replicates = cellsOf(observations).map((cell) => cell.length);
  const times = observations.flatMap(({ capturedAt }) => capturedAt ?? []).sort();
  return {
    definitionsVersion: input.definitionsVersion,
    queryVolume: {
      prompts: prompts.length,
      byIntent: countedBy(prompts, ({ intent }) => intent ?? 'not stated'),
      byCategory: countedBy(prompts, ({ category }) => category ?? 'not stated'),
    },
    queryConstruction: prompts.map(({ id, origin, text }) => ({ promptId: id, origin, text })),
    sampleSize: sampleSize(observations),
    replicates: {
      min: replicates.reduce((least, own) => Math.min(least, own), replicates[0] ?? 0),
      max: replicates.reduce((most, own) => Math.max(most, own), 0),
    },
    promptTypeCoverage: promptTypes(prompts),
    cadence: input.cadence,
    reproducibility: {
      noiseFloor: stability.noiseFloor,
      withinJaccard: stability.withinDistance.value,
      icc: stability.icc,
    },
    platformCoverage: {
      captured: Object.keys(countedBy(observations, ({ surface }) => surface)),
      notCaptured: [...NOT_CAPTURED],
    },
    collection: collection(observations),
    window: { first: times[0] ?? null, last: times.at(-1) ?? null },
    exclusions: exclusions(observations),
    brandMatching: {
      brandBookHash: input.brandBookHash,
      ambiguous: input.ambiguous,
      controlHits: input.controlHits,
    },
    accuracyDetection: {
      declaredFacts: input.factChecks.length,
      agrees: input.factChecks.reduce((total, { agrees }) => total + agrees, 0),
      contradicts: input.factChecks.reduce((total, { contradicts }) => total + contradicts, 0),
    },
    ...{ sentiment: 'not_measured', persuasion: 'not_measured' },
    llmUsed: prompts.some(({ origin }) => origin === 'llm'),
    proof: proofManifest(observations),
    tier: tierOf(input.tier),
  };
}

function promptTypes(prompts: readonly Prompt[]): NonNullable<Methodology['promptTypeCoverage']> {
  const asked = new Set(prompts.map(({ intent }) => intent));
  return {
    covered: INTENTS.filter((intent) => asked.has(intent)),
    missing: INTENTS.filter((intent) => !asked.has(intent)),
    notStated: prompts.filter(({ intent }) => intent === null).length,
  };
}

const answered = ({ outcome }: Observation): boolean =>
  outcome === 'answered' || outcome === 'answered_partially';

function sampleSize(observations: readonly Observation[]): Methodology['sampleSize'] {
  const groups = [...Map.groupBy(observations, ({ surface, region }) => `${surface} ${region}`)];
  return {
    asked: observations.length,
    answered: observations.filter(answered).length,
    bySurfaceRegion: groups
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, group]) => {
        const [surface = '', region = ''] = key.split(' ');
        return { surface, region, asked: group.length, answered: group.filter(answered).length };
      }),
  };
}

function collection(observations: readonly Observation[]): Methodology['collection'] {
  return {
    ...{ acquisition: 'own-fleet', fidelity: 'consumer_ui' },
    loginStates: countedBy(observations, ({ loginState }) => loginState),
    regionsAsked: Object.keys(countedBy(observations, ({ region }) => region)),
    regionNotHonoured: observations.filter(({ regionHonoured }) => !regionHonoured).length,
    adapters: Object.keys(countedBy(observations, ({ adapter }) => adapter)),
    modelLabels: countedBy(observations, ({ modelLabel }) => modelLabel ?? 'not shown'),
  };
}

/** What is not an answer, by outcome. */
function exclusions(observations: readonly Observation[]): Record<string, number> {
  return sorted(
    countedBy(
      observations.filter(({ outcome }) => outcome !== 'answered'),
      ({ outcome }) => outcome,
    ),
  );
}

/** One hash over all proofs, in the order of their keys: what an auditor compares with the store. */
function proofManifest(observations: readonly Observation[]): Methodology['proof'] {
  const lines = observations
    .flatMap(({ proof }) => [
      ...(proof.rawKey === null ? [] : [`${proof.rawSha256 ?? ''}  ${proof.rawKey}`]),
      ...(proof.screenshotKey === null ? [] : [`${proof.screenshotSha256 ?? ''}  ${proof.screenshotKey}`]),
    ])
    .sort();
  const manifest = lines.map((line) => `${line}\n`).join('');
  return { manifestSha256: createHash('sha256').update(manifest).digest('hex'), count: lines.length };
}
