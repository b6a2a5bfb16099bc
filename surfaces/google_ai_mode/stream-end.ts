import type { Exchange } from '../../src/contract/capture-record.ts';

/** The answer's endpoints: `folwr` for first answers, `folif` for follow-ups, `folsrch` before 2026-02. */
export const ANSWER_STREAM = /\/async\/fol(?:wr|if|srch)\b/;

/** True for a request that asked for the answer. */
export function isAnswerStream({ url }: Exchange): boolean {
  return ANSWER_STREAM.test(url);
}

/** True when the stream came to its own end, or brought the last node of the answer. */
export function isStreamEnd({ end, status, frames }: Exchange): boolean {
  if (status === null || status >= 400) return false;
  return frames.length > 0 && (end === 'complete' || frames.some(({ data }) => data.includes('data-zzy')));
}
