/** The value at a path of lists, or undefined. */
export function at(value: unknown, ...path: readonly number[]): unknown {
  return path.reduce<unknown>((node, index) => (Array.isArray(node) ? node[index] : undefined), value);
}

/** The string at a path of lists; empty when there is none. */
export function textAt(value: unknown, ...path: readonly number[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** One turn of a stored conversation: rpc `ujx1Bf` (share) and `hNvQHb` (chat) write it alike (gemini.md d, g). */
export interface StoredTurn {
  question: string;
  answer: string;
  followUps: string[];
  model: string | null;
  /** Unix seconds; 0 when the turn does not say. */
  time: number;
  candidate: unknown;
}

const MAX_DEPTH = 5;

/** The turns of a stored conversation, wherever in the payload its list stands. Pure. */
export function storedTurns(payload: unknown, depth = 0): StoredTurn[] {
  if (!Array.isArray(payload) || depth > MAX_DEPTH) return [];
  const turn = turnOf(payload);
  if (turn !== undefined) return [turn];
  return payload.flatMap((child) => storedTurns(child, depth + 1));
}

function turnOf(node: readonly unknown[]): StoredTurn | undefined {
  const question = textAt(node, 2, 0, 0);
  const candidate = at(node, 3, 0, 0);
  const answer = textAt(candidate, 1, 0);
  if (question === '' || answer === '') return undefined;
  const time = at(node, 4, 0);
  const model = textAt(node, 3, 21);
  const offered = at(node, 3, 1);
  const followUps = Array.isArray(offered)
    ? offered.map((offer) => textAt(offer, 0)).filter((text) => text !== '')
    : [];
  return {
    question,
    answer,
    followUps,
    model: model === '' ? null : model,
    time: typeof time === 'number' ? time : 0,
    candidate,
  };
}
