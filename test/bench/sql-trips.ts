import pg from 'pg';

/** Round trips to Postgres, and by what was asked. */
export interface SqlTrips {
  /** Times that a connection was asked something after it had answered: what is asked at once shares one. */
  count: number;
  /** All statements, BEGIN and COMMIT too. */
  statements: number;
  /** Statements by their first words, most often first. */
  byText: [string, number][];
  stop(): void;
}

/**
 * Counts the round trips and statements of connections with this application name at the driver, below our door, so that
 * none is missed. A statement begins a new round trip unless all that was asked before it on its connection was asked
 * without having heard an answer.
 */
export function countSqlTrips(applicationName: string): SqlTrips {
  const counts = new Map<string, number>();
  const asking = new WeakSet<pg.Client>();
  let trips = 0;
  const { prototype } = pg.Client;
  const original = prototype.query;
  const counted = function (this: pg.Client, ...args: unknown[]): unknown {
    if (nameOf(this) !== applicationName) return Reflect.apply(original, this, args);
    const key = firstWords(textOf(args[0]));
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (!asking.has(this)) trips++;
    asking.add(this);
    const answer: unknown = Reflect.apply(original, this, args);
    const heard = (): void => void asking.delete(this);
    if (answer instanceof Promise) answer.then(heard, heard);
    else heard();
    return answer;
  };
  Reflect.set(prototype, 'query', counted);
  return {
    get count() {
      return trips;
    },
    get statements() {
      return [...counts.values()].reduce((sum, count) => sum + count, 0);
    },
    get byText() {
      return [...counts].sort(([, one], [, other]) => other - one);
    },
    stop: () => void Reflect.set(prototype, 'query', original),
  };
}

function nameOf(client: pg.Client): unknown {
  const parameters: unknown = Reflect.get(client, 'connectionParameters');
  return typeof parameters === 'object' && parameters !== null && 'application_name' in parameters
    ? parameters.application_name
    : undefined;
}

function textOf(asked: unknown): string {
  if (typeof asked === 'string') return asked;
  return typeof asked === 'object' && asked !== null && 'text' in asked ? String(asked.text) : '';
}

function firstWords(text: string): string {
  return text.trim().replace(/\s+/g, ' ').slice(0, 60);
}
