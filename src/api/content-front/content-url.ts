import { AddressRefused } from '../../platform/address-guard.ts';
import { Deadline } from '../../platform/deadline.ts';
import type { ApiContext } from '../api-context.ts';
import { requestError } from '../request-issues.ts';

/** A name that does not resolve in this time is left to the capture, which says so in its outcome. */
const RESOLVE_MS = 2_000;

const REFUSALS: Readonly<Record<AddressRefused['refusal'], string>> = {
  form: 'url must be an absolute http or https address without credentials, at most 2,048 characters',
  port: 'url may use the ports 80, 443 and 8443 only',
  address: 'url must lead to the public internet',
};

/** Throws VALIDATION_FAILED naming `url` when an address can be seen to be no public page; costs and starts nothing. */
export async function checkContentUrl({ pages, clock }: ApiContext, text: string): Promise<void> {
  try {
    const url = pages.guard.checkText(text);
    await Deadline.after(RESOLVE_MS, clock).run('resolve', () => pages.guard.addresses(url));
  } catch (error) {
    // A name nobody knows, or a slow resolver: the capture meets it again and names it.
    if (!(error instanceof AddressRefused)) return;
    throw requestError([{ code: 'VALIDATION_FAILED', path: 'url', message: REFUSALS[error.refusal] }]);
  }
}
