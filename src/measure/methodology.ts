/** What a claim may rest on, with the criteria that failed (specs/analysis.md C.6). */
export interface Tier {
  tier: 'exploratory' | 'directional' | 'decision_grade';
  failed: string[];
}

/** How the figures came about: stands in every report so that a reader can judge them. */
export interface Methodology {
  definitionsVersion: string;
  queryVolume: { prompts: number; byIntent: Record<string, number>; byCategory: Record<string, number> };
  queryConstruction: { promptId: string; origin: 'user' | 'template' | 'llm'; text: string }[];
  sampleSize: {
    asked: number;
    answered: number;
    bySurfaceRegion: { surface: string; region: string; asked: number; answered: number }[];
  };
  replicates: { min: number; max: number };
  /** Intents that prompts have, those that none has, and prompts that state none; absent before `measure/2`. */
  promptTypeCoverage?: { covered: string[]; missing: string[]; notStated: number };
  cadence: { runs: number; intervalDays: number | null };
  reproducibility: { noiseFloor: number | null; withinJaccard: number | null; icc: number | null };
  platformCoverage: { captured: string[]; notCaptured: string[] };
  collection: {
    acquisition: 'own-fleet';
    fidelity: 'consumer_ui';
    loginStates: Record<string, number>;
    regionsAsked: string[];
    regionNotHonoured: number;
    adapters: string[];
    modelLabels: Record<string, number>;
  };
  window: { first: string | null; last: string | null };
  exclusions: Record<string, number>;
  brandMatching: { brandBookHash: string; ambiguous: number; controlHits: number };
  /** Facts the brands declared, and sentences that agree with or contradict one; absent before `measure/2`. */
  accuracyDetection?: { declaredFacts: number; agrees: number; contradicts: number };
  sentiment: 'not_measured';
  persuasion: 'not_measured';
  /** Whether a language model wrote prompts; it is in no figure. */
  llmUsed: boolean;
  proof: { manifestSha256: string; count: number };
  tier: Tier;
}
