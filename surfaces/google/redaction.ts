/**
 * What a Google page says of the exit it was fetched through, and tokens of the session; never stored. The check page
 * prints the address and carries it encoded in its `q` and `data-s` values; an exemption cookie in the URL embeds it
 * too (google_search.md 2, 2026).
 */
export const GOOGLE_REDACTIONS: readonly RegExp[] = [
  /\bIP(?:[ -]?\p{L}{1,20}){0,3}\s*[:：]\s*(?:<[^>]{0,80}>\s*){0,3}(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7})/gu,
  /(?<=google_abuse(?:=|%3D))[^&"'\s<>\\]+/gi,
  /GOOGLE_ABUSE_EXEMPTION(?:=|%3D)[^&"'\s<>\\;]+/gi,
  /(?<=\/sorry\/[^"'\s<>]{0,2000}[?&;]q=)[\w-]{12,}/gi,
  /(?<=<input[^>]{0,80}name="q" value=")Eg[\w-]{12,}(?=")/g,
  /(?<=\sdata-s=")[\w-]{40,}(?=")/g,
  /(?<=\sdata-(?:mstk|msei|xsrf-token|ui-token)=")[^"]{8,}(?=")/g,
  /(?<="SNlM0e":")[^"]{8,}(?=")/g,
];
