/** What is known about pages and AI answers, and what is made of it (specs/analysis.md B.1, compiled 2026-11-22). */
export const EVIDENCE: readonly { id: string; finding: string; kind: string; use: string }[] = [
  {
    id: 'E1',
    finding:
      'Quotations, statistics and cited sources raise a page’s share of an answer by about 27–41 %, keyword stuffing lowers it by 10 % (GEO, KDD 2024, arXiv 2311.09735)',
    kind: 'randomised edits on one engine that was given the pages: share after retrieval',
    use: 'medium weight',
  },
  {
    id: 'E2',
    finding:
      'Cited pages have JSON-LD three times as often, adding it changes nothing (1,885 treated, 4,000 controls, 2026-05)',
    kind: 'quasi-experiment',
    use: 'hygiene only',
  },
  {
    id: 'E3',
    finding:
      'llms.txt has no relation to citations (300,000 domains; 97 % of 137,210 files got no request; 6.8 against 6.7 citations)',
    kind: 'refuted',
    use: 'presence reported, weight 0',
  },
  {
    id: 'E4',
    finding: 'An AI-readiness score of 26 factors and citations: r = 0.009, p = 0.849 (485 domains)',
    kind: 'pre-registered, null',
    use: 'printed under every page score',
  },
  {
    id: 'E5',
    finding:
      'At equal search rank: comparison structure d 0.43, coverage of the query’s terms d 0.42, deeper headings, density of statistics (250 queries, 10,293 pages, 2026)',
    kind: 'matched observation',
    use: 'best evidence on pages: sets the weights',
  },
  {
    id: 'E6',
    finding:
      'Pages that shape answers are longer and more modular, with definitions, numbers and steps; question-and-answer form alone −5.7 % (arXiv 2604.25707)',
    kind: 'observation with a circular metric',
    use: 'direction only',
  },
  {
    id: 'E7',
    finding: 'ChatGPT takes 44.2 % of its citations from the first 30 % of a page (18,012 matches, 2026-02)',
    kind: 'descriptive, no base rate',
    use: 'low weight',
  },
  {
    id: 'E8',
    finding:
      'Cited URLs are a quarter younger than organic ones, but not in AI Overviews (16.975 million citations)',
    kind: 'descriptive, differs by surface',
    use: 'medium weight, by surface',
  },
  {
    id: 'E9',
    finding: 'Metadata and freshness r .68, semantic HTML .65, structured data .63 (1,100 URLs, 2025-09)',
    kind: 'observation, confounded: E2 and E4 disagree',
    use: 'not used',
  },
  {
    id: 'E10',
    finding: 'AI crawlers do not run JavaScript (569 million fetches, 2024-12)',
    kind: 'log fact',
    use: 'gate',
  },
  {
    id: 'E11',
    finding:
      'To be shown a page must be indexed and allow a snippet; no special markup or text file is needed',
    kind: 'statements of vendors, 2026-08',
    use: 'gates',
  },
  {
    id: 'E12',
    finding:
      '69 % of citations on optimised pages failed verification; 62 % of appearances are citations without a mention',
    kind: 'observation',
    use: 'four outcomes; stuffing is never advised',
  },
];
