/**
 * What must never be stored (chatgpt.md d): tokens that resume a stream or open its WebSocket, ad tokens, and product
 * look-up tokens that embed the visitor's place. Values may stand plain, JSON-quoted inside JSON, or in markup. Only
 * values are replaced, so that JSON stays JSON and a reader sees what was taken out. Bare names such as "token" are
 * left alone: an answer may show code that uses them.
 */
export const REDACT: readonly RegExp[] = [
  /(?<=\\?"kind\\?": ?\\?"(?:topic|conduit)\\?", ?\\?"token\\?": ?\\?")[^"\\]+/g,
  /(?<=\\?"(?:resume_token|conduit_token|resumeToken|conduitToken|accessToken|sessionToken|ad_data_token|adDataToken|ads_spam_integrity_payload)\\?": ?\\?")[^"\\]+/g,
  /(?<=id_to_token_map\\*": ?\{[^}]*?: ?\\*")[^"\\]+/g,
  /(?<=[?&]verify=)[^&\s"'\\<>]+/g,
  /(?<=data-(?:resume-token|conduit-token|token)=")[^"]+/g,
  /(?<=[?&]uule=)[\w+%.-]+/g,
  /eyJ[\w-]{16,}\.[\w-]{16,}\.[\w-]{8,}/g,
];
