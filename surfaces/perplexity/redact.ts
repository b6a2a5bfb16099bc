/**
 * What must never be stored (perplexity.md d): the token that lets its holder write into the thread, and who is signed
 * in. Values may stand plain or quoted inside JSON; only they are replaced, so that JSON stays JSON.
 */
export const REDACT: readonly RegExp[] = [
  /(?<=\\?"(?:read_write_token|author_id|author_image|user_id|visitor_id|session_token|email)\\?": ?\\?")[^"\\]+/g,
  // That a visitor has no name is no secret, and tells the two kinds of visitors apart.
  /(?<=\\?"author_username\\?": ?\\?")(?!anon)[^"\\]+/g,
  /(?<=[?&](?:token|rw_token|read_write_token)=)[^&\s"'\\<>]+/g,
  /eyJ[\w-]{16,}\.[\w-]{16,}\.[\w-]{8,}/g,
];
