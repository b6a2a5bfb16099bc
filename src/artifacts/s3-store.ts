import { AwsClient } from 'aws4fetch';
import { load } from 'cheerio/slim';
import { FleetError } from '../contract/errors.ts';
import { Deadline } from '../platform/deadline.ts';
import { sha256Hex } from '../platform/identifiers.ts';
import type { ArtifactKind, ArtifactStore, StoredArtifact, StoredObject } from './artifact-store.ts';

/** Where a bucket is and who may use it. */
export interface S3Options {
  /** `https://s3.eu-central-1.amazonaws.com`, or any S3-speaking server. */
  endpoint: string;
  bucket: string;
  /** Put before every key; without slashes at its ends, may be empty. */
  prefix: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

const REQUEST_MS = 20_000;
const TRIES = 4;
const FIRST_PAUSE_MS = 200;
/** Answers that another try may turn into a success. */
const PASSING = new Set([429, 500, 502, 503, 504]);

/** Artefacts as objects of an S3 bucket, path style. */
export class S3ArtifactStore implements ArtifactStore {
  readonly #options: S3Options;
  readonly #client: AwsClient;

  constructor(options: S3Options) {
    this.#options = options;
    const { accessKeyId, secretAccessKey, region } = options;
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
  }

  async put(key: string, data: Uint8Array, known?: string): Promise<StoredArtifact> {
    const sha256 = known ?? sha256Hex(data);
    const headers = {
      'if-none-match': '*',
      'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
      'content-type': contentTypeOf(key),
    };
    const response = await this.#send(
      'PUT',
      this.#url(key),
      { headers, body: Buffer.from(data) },
      'ARTIFACT_WRITE_FAILED',
    );
    if (response.status === 412) {
      // A try whose answer was lost may have stored it; anything else under this key is somebody else's.
      await this.get(key, sha256);
    } else if (!response.ok)
      throw await this.#failed('ARTIFACT_WRITE_FAILED', `cannot write ${this.describe(key)}`, response);
    return { key, sha256, bytes: data.byteLength };
  }

  async get(key: string, sha256?: string | null): Promise<Buffer> {
    const deadline = Deadline.after(REQUEST_MS * TRIES);
    const response = await this.#send('GET', this.#url(key), {}, 'ARTIFACT_UNAVAILABLE');
    if (response.status === 404) throw new FleetError('ARTIFACT_NOT_FOUND', `no artefact ${key}`);
    if (!response.ok)
      throw await this.#failed('ARTIFACT_UNAVAILABLE', `artefact ${key} cannot be read`, response);
    const data = Buffer.from(await deadline.run('artefact body', () => response.arrayBuffer()));
    if (sha256 && sha256Hex(data) !== sha256) {
      throw new FleetError('ARTIFACT_CORRUPT', `artefact ${key} does not match its recorded sha256`);
    }
    return data;
  }

  async delete(key: string): Promise<void> {
    const response = await this.#send('DELETE', this.#url(key), {}, 'ARTIFACT_WRITE_FAILED');
    if (!response.ok && response.status !== 404) {
      throw await this.#failed('ARTIFACT_WRITE_FAILED', `cannot delete ${this.describe(key)}`, response);
    }
  }

  async list(folder: string, prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.#objects(`${folder}/${prefix}`)) keys.push(key);
    return keys.sort();
  }

  walk(kind: ArtifactKind): AsyncIterable<StoredObject> {
    return this.#objects(`${kind}/`);
  }

  async *#objects(prefix: string): AsyncIterable<StoredObject> {
    const strip = this.#options.prefix === '' ? 0 : this.#options.prefix.length + 1;
    let token: string | undefined;
    do {
      const url = this.#bucketUrl();
      url.searchParams.set('list-type', '2');
      url.searchParams.set('prefix', this.#objectKey(prefix));
      if (token !== undefined) url.searchParams.set('continuation-token', token);
      const response = await this.#send('GET', url, {}, 'ARTIFACT_UNAVAILABLE');
      if (!response.ok) throw await this.#failed('ARTIFACT_UNAVAILABLE', `cannot list ${prefix}`, response);
      const page = load(await response.text(), { xml: true });
      for (const node of page('Contents').toArray()) {
        const key = page('Key', node).text().slice(strip);
        yield { key, modifiedAt: Date.parse(page('LastModified', node).text()) };
      }
      token = page('NextContinuationToken').text() || undefined;
    } while (token !== undefined);
  }

  describe(key: string): string {
    return `s3://${this.#options.bucket}/${this.#objectKey(key)}`;
  }

  /** A link that lets its holder download one artefact for `seconds`, always as an attachment. */
  async presign(key: string, seconds: number): Promise<string> {
    const url = this.#url(key);
    url.searchParams.set('X-Amz-Expires', String(seconds));
    url.searchParams.set('response-content-disposition', 'attachment');
    const signed = await this.#client.sign(url.href, { method: 'GET', aws: { signQuery: true } });
    return signed.url;
  }

  /** Proves that the bucket can be written; throws ARTIFACT_WRITE_FAILED with what to do. */
  async probe(): Promise<void> {
    const key = `raw/.probe-${process.pid}-${Math.trunc(performance.now())}`;
    await this.put(key, Buffer.from('probe'));
    await this.delete(key);
  }

  #objectKey(key: string): string {
    if (key.split('/').some((part) => part === '.' || part === '..') || key.includes('\0')) {
      throw new FleetError('ARTIFACT_NOT_FOUND', `not an artefact key: ${JSON.stringify(key)}`);
    }
    return this.#options.prefix === '' ? key : `${this.#options.prefix}/${key}`;
  }

  #bucketUrl(): URL {
    return new URL(`${this.#options.endpoint.replace(/\/+$/, '')}/${this.#options.bucket}`);
  }

  #url(key: string): URL {
    const url = this.#bucketUrl();
    const path = this.#objectKey(key).split('/').map(encodeURIComponent).join('/');
    return new URL(`${url.pathname}/${path}`, url);
  }

  /** Sends with a deadline per try; passing failures are tried again with a growing pause. */
  async #send(
    method: string,
    url: URL,
    init: { headers?: Record<string, string>; body?: Buffer },
    code: 'ARTIFACT_WRITE_FAILED' | 'ARTIFACT_UNAVAILABLE',
  ): Promise<Response> {
    let last: unknown;
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const deadline = Deadline.after(REQUEST_MS);
      try {
        const response = await deadline.run('artifact store', () =>
          this.#client.fetch(url.href, {
            method,
            ...init,
            body: init.body ? new Uint8Array(init.body) : null,
          }),
        );
        if (!PASSING.has(response.status) || attempt === TRIES) return response;
        await response.body?.cancel();
      } catch (error) {
        last = error;
        if (attempt === TRIES) break;
      }
      await Deadline.after(REQUEST_MS).pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
    throw new FleetError(code, `the artifact store at ${this.#options.endpoint} does not answer`, {
      cause: last,
      fix: 'check that the S3 endpoint of FLEET_ARTIFACTS is reachable; captures wait and go on by themselves',
    });
  }

  async #failed(
    code: 'ARTIFACT_WRITE_FAILED' | 'ARTIFACT_UNAVAILABLE',
    what: string,
    response: Response,
  ): Promise<FleetError> {
    const body = load(await response.text(), { xml: true });
    const reason = [body('Error > Code').text(), body('Error > Message').text()]
      .filter((part) => part !== '')
      .join(': ');
    return new FleetError(code, `${what}: HTTP ${response.status} ${reason}`.trim(), {
      fix: 'check bucket, region and credentials of FLEET_ARTIFACTS',
    });
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  png: 'image/png',
  webp: 'image/webp',
  json: 'application/json',
  gz: 'application/gzip',
};

/** Media type by a key's ending. */
export function contentTypeOf(key: string): string {
  return CONTENT_TYPES[key.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}
