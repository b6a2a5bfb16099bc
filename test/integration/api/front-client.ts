import { expect } from 'vitest';
import { createKey } from '../../../src/jobs/api-keys.ts';
import type { FrontName } from '../../../src/jobs/key-fronts.ts';
import type { ApiWorld } from './api-world.ts';
import { responseCheck } from './openapi-check.ts';

export interface FrontAnswer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  body: any;
}

/** Asks a front as its own clients do: a base URL, a key with its prefix, JSON. */
export interface FrontClient {
  key: string;
  /** `path` as the reference prints it; every answer is checked against the front's OpenAPI document. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<FrontAnswer>;
}

/** A client with a fresh key of the front; `base` is what the client's base URL ends with. */
export async function frontClient(
  world: Pick<ApiWorld, 'db' | 'url'>,
  front: FrontName,
  given: { base?: string; key?: string; accountId?: string } = {},
): Promise<FrontClient> {
  const { base = `/compat/${front}`, accountId } = given;
  const owner = accountId === undefined ? {} : { accountId };
  const key = given.key ?? (await createKey(world.db, { label: 'front', front, ...owner }, Date.now())).key;
  const check = responseCheck(await (await fetch(`${world.url}/compat/${front}/openapi.json`)).json());
  return {
    key,
    ask: async (method, path, body, headers = {}) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
      const response = await fetch(`${world.url}${base}${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...type, ...headers },
        ...(body === undefined ? {} : { body: text }),
      });
      const answered = await response.text();
      const parsed: unknown = answered === '' ? undefined : JSON.parse(answered);
      if (response.status < 400) expect(check(method, path, response.status, parsed)).toBeUndefined();
      return { status: response.status, headers: response.headers, text: answered, body: parsed };
    },
  };
}
