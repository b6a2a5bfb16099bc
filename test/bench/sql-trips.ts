import pg from 'pg';

/** Round trips to Postgres, by what was asked. */
export interface SqlTrips {
  count: number;
  /** Statements by their first words, most often first. */
  byText: [string, number][];
  stop(): void;
}

/**
 * Counts the statements of connections with this application name at the driver, below our door, so that none is missed:
 * each is one round trip, BEGIN and COMMIT too.
 */
export function countSqlTrips(applicationName: string): SqlTrips {
  const counts = new Map<string, number>();
  const { prototype } = pg.Client;
  const original = prototype.query;
  const counted = function (this: pg.Client, ...args: unknown[]): unknown {
    const key = firstWords(textOf(args[0]));
    if (nameOf(this) === applicationName) counts.set(key, (counts.get(key) ?? 0) + 1);
    return Reflect.apply(original, this, args);
  };
  Reflect.set(prototype, 'query', counted);
  return {
    get count() {
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
