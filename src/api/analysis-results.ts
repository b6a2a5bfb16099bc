import type { z } from 'zod';
import type { BrandSummary, Pair, PairsSummary, Run } from '../measure/pairs.ts';
import type { AnalysisBodyOut, AnalysisPair, brandSummarySchema } from './analysis-wire.ts';
import type { Presenter } from './presenters/presenter.ts';

/** What a dialect and the caller's wishes decide about the results of an analysis. */
export interface ResultsView {
  presenter: Presenter;
  includeRaw: boolean;
  locationOf(regionKey: string): string;
}

type Results = Pick<AnalysisBodyOut, 'results' | 'summary' | 'methodology'>;

/** The results of an analysis that has ended, as they are written. Pure. */
export function analysisResults(found: PairsSummary, view: ResultsView): Results {
  const { pairs, asked, answered, excluded, domains, brand, methodology } = found;
  return {
    results: pairs.map((pair) => shownPair(pair, view)),
    summary: { asked, answered, excluded, domains, brand: shownBrand(brand) },
    methodology: { ...methodology },
  };
}

function shownPair({ surface, region, runs, replicates, brand }: Pair, view: ResultsView): AnalysisPair {
  const { asked, answered, excluded, domains, answers, distance } = replicates;
  return {
    provider: surface,
    location: view.locationOf(region),
    replicates: { asked, answered, excluded },
    runs: runs.map((run) => shownRun(run, view)),
    stability: {
      ...{ domains, answers },
      meanJaccardDistance: { domains: distance.domains, ci95: distance.domainsCi95, words: distance.words },
    },
    summary: shownBrand(brand),
  };
}

function shownRun({ envelope, brandMentioned }: Run, view: ResultsView): AnalysisPair['runs'][number] {
  const { job, answer, evidence } = envelope;
  return {
    replicate: job.replicate,
    jobId: view.presenter.childId(job.id),
    ...{ status: job.status, outcome: job.outcome, text: answer.text },
    citations: evidence.sources.map(({ url, title, domain, position, cited }) => ({
      ...{ url, title, domain, position, cited },
    })),
    brandMentioned,
    ...(view.includeRaw ? { raw: view.presenter.envelope(envelope) } : {}),
  };
}

function shownBrand(brand: BrandSummary | null): z.infer<typeof brandSummarySchema> {
  if (brand === null) return null;
  return { ...brand, averagePosition: brand.positions.median, sentiment: null };
}
