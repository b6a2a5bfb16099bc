import { describe, expect, it } from 'vitest';
import { pickAccount, waysForRoot } from '../../../src/platform/postgres-run-as.ts';
import { explainPostgresFailure } from '../../../src/platform/postgres-server.ts';

const PASSWD = [
  'root:x:0:0::/root:/bin/sh',
  'daemon:x:1:1::/:/bin/false',
  'nobody:x:65534:65534::/:/bin/false',
];

describe('the account that Postgres runs as when we are root', () => {
  it('is postgres where there is one, else nobody', () => {
    const account = pickAccount(PASSWD.join('\n'));
    expect(account).toEqual({ name: 'nobody', uid: 65_534, gid: 65_534 });
    const withPostgres = [...PASSWD, 'postgres:x:101:104::/:/bin/bash', ''].join('\n');
    expect(pickAccount(withPostgres)).toMatchObject({ name: 'postgres', uid: 101 });
  });

  it('is never root, and none where root is alone', () => {
    expect(pickAccount('root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n')).toBeUndefined();
  });

  it('owns the files, except in a user namespace, where root outside does', () => {
    const owners = waysForRoot({ name: 'nobody', uid: 9, gid: 9 }).map((way) => way.owner?.uid);
    expect(owners).toEqual([9, 9, 0]);
  });
});

describe('what a failed Postgres is said to have', () => {
  it('names a full disk as such', () => {
    const { message, fix } = explainPostgresFailure(
      'initdb: error: could not write: No space left on device',
      '/d',
    );
    expect(message).toBe('the disk that holds /d is full');
    expect(fix).toMatch(/free some space/);
  });

  it('quotes the last fatal line otherwise, and one line only', () => {
    const { message } = explainPostgresFailure(
      'LOG:  a\nFATAL:  data directory is bad\nLOG:  shut down\n',
      '/d',
    );
    expect(message).toMatch(/did not start: FATAL: {2}data directory is bad$/);
  });
});
