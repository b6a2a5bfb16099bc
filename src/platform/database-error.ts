import { FleetError } from '../contract/errors.ts';

/**
 * SQLSTATEs that say "not now" about the server, not about our statement: connection exceptions (class 08),
 * insufficient resources (53), operator intervention (57), system error (58). PostgreSQL 18, appendix A, 2026-11.
 */
const UNAVAILABLE_CLASSES = ['08', '53', '57', '58'];
/** And that the server ended a session because its transaction stood still: a process that was frozen meets it when it wakes. */
const SESSION_ENDED = ['25P03', '25P04'];

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/** Messages of pg 8.23 and pg-pool that carry no code (read in their sources, 2026-11). */
const DRIVER_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|not queryable|query read timeout|cannot use a pool after|client was closed|connection ended/i;

/** SQLSTATE or Node error code of a thrown value, where it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True when the database could not be reached or refused to work, so that trying later may help. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  const code = errorCode(error);
  if (code !== undefined && NETWORK_CODES.has(code)) return true;
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code))
    return UNAVAILABLE_CLASSES.includes(code.slice(0, 2)) || SESSION_ENDED.includes(code);
  return error instanceof Error && DRIVER_MESSAGES.test(error.message);
}

/** SQLSTATE invalid_sql_statement_name: the driver believes in a prepared statement that the server does not have. */
const UNKNOWN_STATEMENT = '26000';

/**
 * Whether the connection may be used again after this error: the server's own answer. After anything else (a value that
 * could not be written, say) driver and server need not agree on what is prepared (pg 8.23).
 */
export function sparesConnection(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && code !== UNKNOWN_STATEMENT;
}

/** The error as the rest of the fleet sees it: FleetError DATABASE_UNAVAILABLE for an outage, else itself. */
export function databaseError(error: unknown): unknown {
  return error instanceof FleetError || !isDatabaseUnavailable(error) ? error : outage(error);
}

function outage(error: unknown): FleetError {
  if (error instanceof FleetError) return error;
  const reason = error instanceof Error && error.message !== '' ? error.message : String(errorCode(error));
  return new FleetError('DATABASE_UNAVAILABLE', `the database is not available: ${reason}`, {
    fix: 'check that Postgres runs and that DATABASE_URL is right',
    cause: error,
  });
}

/** Connects; whatever prevents it (network, password, missing database) is FleetError DATABASE_UNAVAILABLE. */
export async function connected<T>(connect: () => Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    throw outage(error);
  }
}

/** Runs a database step; outages leave it as FleetError DATABASE_UNAVAILABLE. */
export async function throughTheDoor<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw databaseError(error);
  }
}
