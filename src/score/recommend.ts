import type {
  Factor,
  Freshness,
  Gate,
  QueryFit,
  Recommendation,
  ScoreOptions,
} from '../contract/page-score.ts';
import { type Advice, adviceFor } from './advice.ts';
import { EVIDENCE_WORTH } from './factor.ts';
import type { PageModel } from './page-model.ts';

/** What recommendations are drawn from. */
export interface Findings {
  page: PageModel;
  gates: readonly Gate[];
  factors: readonly Factor[];
  queries: readonly QueryFit[];
  freshness: Freshness;
  options: ScoreOptions;
}

/** A factor is recommended on below this value. */
const WANTED = 0.7;
const MOST = { score: 3, full: 10 } as const;
const NOWHERE = { heading: null, selector: null, char_range: null };

/** Failed gates first, then the factors by what they could gain times how good their evidence is. No uplift is promised. */
export function recommend(found: Findings): Recommendation[] {
  const gates = found.gates.flatMap((gate) => (gate.status === 'fail' ? [gateAdvice(gate, found.page)] : []));
  const factors = found.factors
    .flatMap((factor) =>
      factor.value === null || factor.value >= WANTED ? [] : [{ factor, value: factor.value }],
    )
    .map(({ factor, value }) => ({
      factor,
      gain: factor.weight * (WANTED - value) * EVIDENCE_WORTH[factor.evidence],
    }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain)
    .map(({ factor, gain }) => factorAdvice(factor, gain, adviceFor(factor.id, found)));
  return [...gates, ...factors].slice(0, MOST[found.options.depth]);
}

function factorAdvice(factor: Factor, gain: number, advice: Advice): Recommendation {
  return {
    factor: factor.id,
    priority: gain >= 5 ? 'high' : gain >= 1.5 ? 'medium' : 'low',
    title: advice.title,
    recommendation: advice.recommendation,
    why: factor.why,
    evidence: factor.evidence,
    where: advice.where ?? NOWHERE,
    quote: advice.quote ?? null,
    expected_effect: factor.evidence === 'low' || factor.evidence === 'none' ? 'unknown' : 'direction known',
  };
}

const GATE_ADVICE: Readonly<
  Record<Gate['id'], { title: string; recommendation: string; selector: string | null }>
> = {
  G1: {
    title: 'Serve the page with status 200',
    recommendation: 'Let the address answer 200 with its content; nothing else can be cited.',
    selector: 'h1',
  },
  G2: {
    title: 'Let the page be indexed',
    recommendation: 'Take the noindex away, or point the canonical link to this page.',
    selector: 'meta[name="robots"], link[rel="canonical"]',
  },
  G3: {
    title: 'Let the page be quoted',
    recommendation: 'Take nosnippet, max-snippet:0 or data-nosnippet away from the main text.',
    selector: 'meta[name="robots"], [data-nosnippet]',
  },
  G4: {
    title: 'Let search crawlers fetch the page',
    recommendation: 'Allow the named crawlers in robots.txt for this path; training crawlers may stay out.',
    selector: null,
  },
};

function gateAdvice(gate: Gate, page: PageModel): Recommendation {
  const { title, recommendation, selector } = GATE_ADVICE[gate.id];
  const heading = gate.id === 'G1' ? (page.head.h1[0] ?? null) : null;
  return {
    factor: gate.id,
    priority: 'high',
    title,
    recommendation,
    why: gate.why,
    evidence: 'fact',
    where: { heading, selector, char_range: null },
    quote: null,
    expected_effect: 'removes a block',
  };
}
