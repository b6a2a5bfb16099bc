import type { z } from 'zod';

/** An S3 bucket and the credentials for it. */
export interface S3Place {
  endpoint: string;
  bucket: string;
  prefix: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Reads `s3+https://KEYID:SECRET@host[:port]/bucket[/prefix][?region=eu-central-1]` (`s3+http` for a local server). */
export function parseArtifacts(text: string, context: z.RefinementCtx): S3Place | undefined {
  const url =
    /^s3\+https?:\/\//.test(text) && URL.canParse(text.slice(3)) ? new URL(text.slice(3)) : undefined;
  const [bucket = '', ...prefix] = url?.pathname.split('/').filter((part) => part !== '') ?? [];
  if (url === undefined || bucket === '' || url.username === '' || url.password === '') {
    context.addIssue({
      code: 'custom',
      message: 'must be s3+https://KEYID:SECRET@host[:port]/bucket[/prefix][?region=REGION]',
    });
    return undefined;
  }
  return {
    endpoint: `${url.protocol}//${url.host}`,
    bucket,
    prefix: prefix.join('/'),
    region: url.searchParams.get('region') ?? 'us-east-1',
    accessKeyId: decodeURIComponent(url.username),
    secretAccessKey: decodeURIComponent(url.password),
  };
}
