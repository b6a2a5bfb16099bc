/** A formula of the measures: its name in `Figure.method`, and what it says. */
export interface Definition {
  method: string;
  title: string;
  text: string;
}

/** Every formula behind a figure (specs/analysis.md C.3 to C.5), in the words of reports and of the method page. */
export const DEFINITIONS: readonly Definition[] = [
  {
    method: 'presence/1',
    title: 'Presence',
    text: 'Answers that name the brand at least once ÷ answers shown. Per surface it is the mean of the prompts’ shares, over all the mean of the surfaces. A truncated answer can prove a mention, never its absence. Where no answer was shown the capture is left out.',
  },
  {
    method: 'presence_per_query/1',
    title: 'Presence per query',
    text: 'As presence, but a capture whose surface showed no answer counts as one without the brand.',
  },
  {
    method: 'citation_presence/1',
    title: 'Citation presence',
    text: 'Whole answers that cite a page of the brand ÷ whole answers; an answer without sources counts as not citing.',
  },
  {
    method: 'sov_presence/1',
    title: 'Share of voice by presence',
    text: 'Answers that name the brand ÷ the sum of the same counts over all brands of the report.',
  },
  {
    method: 'sov_mentions/1',
    title: 'Share of voice by mentions',
    text: 'Mentions of the brand ÷ mentions of all brands of the report.',
  },
  {
    method: 'citation_share_weighted/1',
    title: 'Citation share, answers weighing the same',
    text: 'Share of the domain among the cited sources of an answer (each canonical URL once), averaged over whole answers that cite anything.',
  },
  {
    method: 'citation_share/1',
    title: 'Citation share of entries',
    text: 'Cited entries of the domain ÷ all cited entries of the report.',
  },
  {
    method: 'prominence/1',
    title: 'Prominence',
    text: '1 − offset of the first mention ÷ length of the answer, over answers with a mention; mean of the prompts’ means.',
  },
  {
    method: 'word_share/1',
    title: 'Word share',
    text: 'Words of the sentences that carry the brand’s citations ÷ words of all sentences, sentence i of N weighing e^(−i/N), i from 0.',
  },
  {
    method: 'trigger/1',
    title: 'Answer shown',
    text: 'Captures with an answer ÷ captures with an answer or where the surface showed none.',
  },
  {
    method: 'refusal/1',
    title: 'Declined',
    text: 'Captures in which the surface declined ÷ captures that saw what it shows.',
  },
  {
    method: 'volatility_within/1',
    title: 'Difference within a cell',
    text: 'Mean of 1 − Jaccard of the sets of cited domains over pairs of replicates of the same prompt, surface and region; pairs that both cite nothing are left out.',
  },
];

/** What no report of this fleet claims. */
export const NOT_CLAIMED: readonly string[] = [
  'Sentiment and persuasion are not measured. Word lists miss negation, comparison and most languages; a number would be pretended.',
  'Nothing is said about how many people ask such questions, see such answers or act on them.',
  'Captures come from anonymous or signed-in browsers of this fleet; what a person with another history sees can differ.',
  'A figure for these prompts is not one for a category: only the interval “questions like these” speaks of that, and only as far as the prompts are a fair sample.',
  'A difference within the noise floor, or between figures whose intervals overlap, is no difference.',
  'No cause is claimed: a page that changed before a figure did need not be why.',
  'Surfaces that were not captured are not spoken of.',
  'The report follows no certified standard, and says of none that it complies.',
];
