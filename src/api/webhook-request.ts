import { ApiError } from '../contract/errors.ts';
import type { SearchRequest } from '../contract/search-request.ts';
import type { Caller } from '../jobs/account.ts';
import type { JobWebhook } from '../jobs/job-webhook.ts';
import { AddressRefused, type Refusal } from '../platform/address-guard.ts';
import { Deadline, DeadlineError } from '../platform/deadline.ts';
import { hasActiveSecret } from '../webhooks/secrets.ts';
import type { ApiContext } from './api-context.ts';
import { requestError } from './request-issues.ts';

/** A resolver that takes longer is not waited for: every attempt is checked again. */
const RESOLVE_MS = 2_000;

const NO_SECRET =
  'send webhook.secret, or make a secret for this account with POST /v1/webhooks/secrets; deliveries are always signed';

/** A request's webhook as submit keeps it and as the fingerprint sees it. */
export interface CheckedWebhook {
  asked: NonNullable<SearchRequest['webhook']>;
  kept: JobWebhook;
}

/** Checks where a request wants to be called back, and seals its secret. Throws ApiError in the table's words. */
export async function checkWebhook(
  context: ApiContext,
  caller: Caller,
  given: { url: string; secret?: string | undefined },
  kept: Pick<JobWebhook, 'apiVersion' | 'per'>,
): Promise<CheckedWebhook> {
  await checkReceiver(context, given.url, 'webhook.url');
  const { secret } = given;
  if (secret === undefined) {
    if (!(await hasActiveSecret(context.db, caller.accountId, context.clock.now())))
      throw invalid('webhook.secret', NO_SECRET);
    return {
      asked: { url: given.url, secretDigest: null },
      kept: { ...kept, url: given.url, sealedSecret: null },
    };
  }
  const cipher = context.webhooks.cipher();
  return {
    asked: { url: given.url, secretDigest: cipher.digest(secret) },
    kept: { ...kept, url: given.url, sealedSecret: cipher.seal(secret) },
  };
}

/** Refuses a URL that webhooks must not reach; the address behind a name is looked up, but not told. */
export async function checkReceiver(context: ApiContext, url: string, path: string): Promise<void> {
  const { guard } = context.webhooks;
  try {
    const target = guard.checkText(url);
    await Deadline.after(RESOLVE_MS).run('webhook address', () => guard.addresses(target));
  } catch (error) {
    if (error instanceof AddressRefused) throw refusal(error.refusal, path);
    // A name that cannot be resolved now may be there when the capture ends; the attempt decides.
    if (!(error instanceof DeadlineError))
      context.log.debug({ err: error }, 'webhook host not resolved at submit');
  }
}

function refusal(why: Refusal, path: string): ApiError {
  if (why === 'form') return invalid(path, `${path} must be an absolute https URL without credentials`);
  const what = why === 'port' ? 'names a port other than 80, 443 and 8443' : 'points to a non-public address';
  return new ApiError('WEBHOOK_URL_FORBIDDEN', `${path} ${what}`, {
    details: [{ path, message: `${path} ${what}` }],
  });
}

/** One field that will not do. */
export function invalid(path: string, message: string): ApiError {
  return requestError([{ code: 'VALIDATION_FAILED', path, message }]);
}

/** The same for what does not exist and what is another's; ids are not echoed. */
export function webhookNotFound(what: 'secret' | 'endpoint' | 'delivery'): ApiError {
  return new ApiError('WEBHOOK_NOT_FOUND', `no such webhook ${what}`);
}
