/**
 * A cell that a spreadsheet shows as text: what begins like a formula (`= + - @`, tab, carriage return, and their
 * full-width forms, which Excel takes for the same) gets an apostrophe in front (OWASP, "CSV Injection", read
 * 2026-11-27). Numbers are no text and pass.
 */
export function inertCell(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}
