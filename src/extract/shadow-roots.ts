import type { CheerioAPI } from 'cheerio/slim';
import type { AnyNode, Element } from 'domhandler';

const ROOT = 'template[shadowrootmode]';

/** Whether HTML holds shadow roots, as captures store them and servers send them. */
export function holdsShadowRoots(html: string): boolean {
  return html.includes('shadowrootmode=');
}

/**
 * Puts shadow roots where people see them, in place: what a host shows is its shadow root, with the host's own children in
 * the slots they belong to (DOM standard, *Finding slots and slottables*). Children without a slot are not shown; they
 * stay readable in a `<template>` at the end of their host.
 */
export function composeShadowRoots($: CheerioAPI): void {
  const slots = Map.groupBy($('slot').toArray(), (slot) => $(slot).closest('template')[0]);
  const hosts = new Set<AnyNode>();
  for (const template of $(ROOT).toArray()) {
    const host = template.parent;
    // A second one is no shadow root: it stays an inert template.
    if (host === null || host.type === 'root' || hosts.has(host)) continue;
    hosts.add(host);
    fillSlots($, template, host, slots.get(template) ?? []);
    delete template.attribs.shadowrootmode;
    const shown = $(template).contents().toArray();
    const unseen = othersIn($, host, template);
    $(template).before(shown).append(unseen);
    if (unseen.length === 0) $(template).remove();
    else $(host).append(template);
  }
}

/** A slot that is given nothing shows what it holds itself; of two with one name the first is given all. */
function fillSlots($: CheerioAPI, template: Element, host: AnyNode, slots: readonly Element[]): void {
  const given = Map.groupBy(othersIn($, host, template), slotNameOf);
  for (const slot of slots) {
    const name = slot.attribs.name ?? '';
    const nodes = given.get(name);
    if (nodes === undefined) continue;
    given.delete(name);
    $(slot).empty().append(nodes);
  }
}

function othersIn($: CheerioAPI, host: AnyNode, template: Element): AnyNode[] {
  return $(host)
    .contents()
    .toArray()
    .filter((node) => node !== template);
}

/** Name of the slot a child of a host belongs to; undefined: to none. */
function slotNameOf(node: AnyNode): string | undefined {
  if (node.type === 'text') return '';
  return 'attribs' in node ? (node.attribs.slot ?? '') : undefined;
}
