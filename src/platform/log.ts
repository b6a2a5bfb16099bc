import pino, { type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

/**
 * The one logger. JSON lines on stderr (or `destination`), so that stdout stays the data's. Secrets and query texts are
 * redacted.
 */
export function createLog(
  level: string,
  name: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Log {
  return pino(
    {
      name,
      level,
      redact: {
        paths: [
          'authorization',
          '*.authorization',
          'secret',
          '*.secret',
          'apiKey',
          '*.apiKey',
          'query',
          '*.query',
        ],
        censor: '[redacted]',
      },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}
