/**
 * What must never be stored (chatgpt.md d): tokens that resume a stream or open its WebSocket, tokens of the site's own
 * checks, ad tokens, and product look-up tokens that embed the visitor's place (`gl`, `uule`). Values may stand plain,
 * JSON-quoted inside JSON, or in markup; the name stays, so that a reader sees what was taken out.
 */
export const REDACT: readonly RegExp[] = [
  /(?<=(?:"|\\")(?:token|resume_token|conduit_token|access_?token|session_?token|ad_data_token|ads_spam_integrity_payload)(?:"|\\"): ?(?:"|\\"))[^"\\]+/gi,
  /(?<=[?&](?:verify|token|access_token|resume_token)=)[^&\s"'\\<>]+/g,
  /(?<=data-(?:resume-token|conduit-token|token|csrf-token)=")[^"]+/g,
  /(?<=(?:id_to_token_map|provider_token_map)\\*": ?\{)[^}]+/g,
  /(?<=(?:[?&]|\\u0026|&amp;)(?:uule|gl)=)[\w+%.-]+/g,
  /eyJ[\w-]{16,}\.[\w-]{16,}\.[\w-]{8,}/g,
  /(?<="(?:user_id|email|ip_address|client_ip)": ?")[^"]+/g,
];
