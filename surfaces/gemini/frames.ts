import type { Exchange } from '../../src/contract/capture-record.ts';
import { bodyOf, parseJson } from '../../src/extract/framing.ts';

/** One answer of a remote procedure: its id (`null` for the answer stream) and its decoded payload. */
export interface RpcAnswer {
  rpc: string | null;
  payload: unknown;
  /** `BardErrorInfo` code in the envelope. */
  errorCode: number | null;
}

const PREFIX = /^\s*\)\]\}'/;
const LENGTH_LINE = /\s*(\d+)(?=\n)/y;
/** A line that is only a length: where the next frame begins when lengths cannot be trusted. */
const NEXT_LENGTH = /\n\d+\n/g;

/** True for a body in Google's length-prefixed framing. */
export function isFramed(text: string): boolean {
  return PREFIX.test(text);
}

/**
 * Frames of a `batchexecute` or `StreamGenerate` body (gemini.md d): `)]}'`, then lengths and JSON lists in turn. A
 * length counts UTF-16 units, line feed included; where it does not fit, the frame runs to the next line that is only
 * a number. A cut last frame is left out. Pure.
 */
export function rpcAnswers(exchange: Exchange): RpcAnswer[] {
  const body = plainBody(bodyOf(exchange)).replace(PREFIX, '');
  return jsonFrames(body).flatMap(envelopesOf).flatMap(answerOf);
}

/** A transcript that came as a file has its lines as `data:` events (`extract/framing.ts`). */
function plainBody(body: string): string {
  if (!body.startsWith('data: ')) return body;
  return body
    .split('\n\n')
    .map((line) => line.replace(/^data: /, ''))
    .join('\n');
}

function jsonFrames(body: string): unknown[] {
  const frames: unknown[] = [];
  let at = 0;
  while (at < body.length) {
    LENGTH_LINE.lastIndex = at;
    const head = LENGTH_LINE.exec(body);
    const start = head === null ? at : LENGTH_LINE.lastIndex;
    const counted = head === null ? undefined : parseJson(body.slice(start, start + Number(head[1])));
    if (counted !== undefined) {
      frames.push(counted);
      at = start + Number(head?.[1] ?? 0);
      continue;
    }
    NEXT_LENGTH.lastIndex = start + 1;
    const end = NEXT_LENGTH.exec(body)?.index ?? body.length;
    const rest = body.slice(start, end);
    const whole = parseJson(rest);
    frames.push(...(whole === undefined ? rest.split('\n').map(parseJson) : [whole]));
    at = Math.max(end, start + 1);
  }
  return frames;
}

function envelopesOf(frame: unknown): unknown[][] {
  if (!Array.isArray(frame)) return [];
  if (typeof frame[0] === 'string') return [frame];
  return frame.flatMap(envelopesOf);
}

function answerOf(envelope: unknown[]): RpcAnswer[] {
  const [kind, rpc, text] = envelope;
  if (kind === 'wrb.fr') {
    const payload = typeof text === 'string' ? parseJson(text) : undefined;
    const errorCode = codeIn(envelope[5]);
    return [{ rpc: typeof rpc === 'string' ? rpc : null, payload, errorCode }];
  }
  // Reduced samples carry an answer without its kind: [id, payload, …].
  const isBare = typeof kind === 'string' && /^\w{6}$/.test(kind) && typeof rpc === 'string';
  return isBare ? [{ rpc: kind, payload: parseJson(rpc), errorCode: null }] : [];
}

/** `[5][2][0][1][0]`, or `BardErrorInfo [code]` in words. */
function codeIn(status: unknown): number | null {
  if (status === null || status === undefined) return null;
  const text = JSON.stringify(status);
  const found = /BardErrorInfo[^0-9]{0,12}(\d{4})\b/.exec(text) ?? /\[\[?(1\d{3})\]?\]/.exec(text);
  return found === null ? null : Number(found[1]);
}
