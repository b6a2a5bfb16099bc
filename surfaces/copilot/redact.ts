/**
 * What must never be stored (copilot.md d): the account's token in the socket's address, tokens that answer a check,
 * and any JSON Web Token. Only values are replaced, so that JSON stays JSON and a reader sees what was taken out.
 */
export const REDACT: readonly RegExp[] = [
  /(?<=[?&]accessToken=)[^&\s"'\\<>]+/g,
  /(?<="event": ?"challengeResponse"[^{}]{0,200}"token": ?")[^"\\]+/g,
  /(?<="token": ?")[^"\\]+(?="[^{}]{0,200}"event": ?"challengeResponse")/g,
  /(?<=name="cf-turnstile-response"[^>]{0,200}value=")[^"]+/g,
  /eyJ[\w-]{16,}\.[\w-]{16,}\.[\w-]{8,}/g,
];
