/** A header as one line; several lines of one name are joined, as HTTP allows. */
export function headerText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}
