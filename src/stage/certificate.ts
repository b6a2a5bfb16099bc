import { generate } from 'selfsigned';

/** A TLS key and certificate in PEM. */
export interface Certificate {
  key: string;
  cert: string;
}

/**
 * A self-signed certificate for these host names (wildcards allowed), made in memory at every start and never stored.
 * Browsers of the stage run with certificate errors ignored; the names are there for a person who looks.
 */
export async function certificateFor(hosts: readonly string[]): Promise<Certificate> {
  const names = ['localhost', ...hosts];
  const pems = await generate([{ name: 'commonName', value: 'capture-fleet stage' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) }],
  });
  return { key: pems.private, cert: pems.cert };
}
