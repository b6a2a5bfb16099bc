/** The one account of this installation; every row names its account, so that more can come. */
export const DEFAULT_ACCOUNT = 'acct_default';

/** Who asks: taken from the API key, never from the request. */
export interface Caller {
  accountId: string;
  keyId: string | null;
}
