/** HTML that is safe to put into HTML as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template; null, undefined and false leave nothing. */
export type Part = string | number | Markup | null | undefined | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it stands in an element or a quoted attribute; control characters, which HTML forbids, become U+FFFD. */
export function escapeText(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd');
}

/** A template of HTML in which everything put in is text unless it is Markup: nothing captured can become an element. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0] ?? '';
  parts.forEach((part, index) => {
    text += rendered(part) + (strings[index + 1] ?? '');
  });
  return new Markup(text);
}

function rendered(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return String(part);
  return part.map(rendered).join('');
}

/**
 * An address that may stand in `href`, or null: anchors, paths, http, https and file; never `javascript:` or `data:`,
 * wherever the address came from.
 */
export function safeHref(address: string | null): string | null {
  if (address === null) return null;
  const trimmed = address.replace(/[\u0000-\u0020]+/g, '');
  if (trimmed === '') return null;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(trimmed)?.[1]?.toLowerCase();
  return scheme === undefined || ['http', 'https', 'file'].includes(scheme) ? address.trim() : null;
}

/** A name somebody else chose: isolated, so that its direction does not turn what stands around it. */
export function name(text: string): Markup {
  return html`<bdi>${text}</bdi>`;
}
