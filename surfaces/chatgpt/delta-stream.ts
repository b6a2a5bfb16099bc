/** A JSON object as it came over the wire. */
export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Operation {
  path: string;
  op: string;
  value: unknown;
}

/**
 * Decoder of the delta encoding `v1` (chatgpt.md d2; 222 streams of 2026-01 replay without an error). Each delta
 * names a place (`p`), an operation (`o`), a value (`v`) and a channel (`c`); what is missing is inherited from the
 * delta before. A delta that fits nowhere is counted, never thrown.
 */
export class DeltaStream {
  /** Documents (`{message, conversation_id, …}`) in order of appearance. */
  readonly documents: Json[] = [];
  unplaced = 0;
  readonly #byChannel = new Map<unknown, Json>();
  #path = '';
  #op = 'add';
  #channel: unknown;

  /** Applies one delta payload. */
  push(delta: Json): void {
    const { p, o, v } = delta;
    if (typeof p === 'string') this.#path = p;
    if (typeof o === 'string') this.#op = o;
    if (delta.c !== undefined) this.#channel = delta.c;
    const startsMessage = p === undefined && o === undefined && isJson(v) && isJson(v.message);
    if (startsMessage || (this.#path === '' && this.#op === 'add')) {
      this.#path = '';
      this.#op = 'add';
      this.#start(v);
      return;
    }
    const document = this.#byChannel.get(this.#channel) ?? this.documents.at(-1);
    if (document === undefined) this.unplaced++;
    else this.#apply(document, { path: this.#path, op: this.#op, value: v });
  }

  #start(value: unknown): void {
    if (!isJson(value)) {
      this.unplaced++;
      return;
    }
    this.documents.push(value);
    this.#byChannel.set(this.#channel, value);
  }

  #apply(document: Json, operation: Operation): void {
    if (operation.op === 'patch') {
      if (!Array.isArray(operation.value)) this.unplaced++;
      else for (const each of operation.value) this.#applyPatchItem(document, operation.path, each);
      return;
    }
    const holder = holderOf(document, pointerKeys(operation.path));
    if (holder === undefined || !change(holder.parent, holder.key, operation)) this.unplaced++;
  }

  #applyPatchItem(document: Json, base: string, item: unknown): void {
    if (!isJson(item) || typeof item.p !== 'string' || typeof item.o !== 'string') {
      this.unplaced++;
      return;
    }
    this.#apply(document, { path: base + item.p, op: item.o, value: item.v });
  }
}

function pointerKeys(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((key) => (key.includes('~') ? key.replaceAll('~1', '/').replaceAll('~0', '~') : key));
}

type Container = Json | unknown[];

function holderOf(root: Json, keys: readonly string[]): { parent: Container; key: string } | undefined {
  const key = keys.at(-1);
  let parent: unknown = root;
  for (const step of keys.slice(0, -1)) parent = valueAt(parent, step);
  if (key === undefined || key === '__proto__') return undefined;
  return isJson(parent) || Array.isArray(parent) ? { parent, key } : undefined;
}

function valueAt(container: unknown, key: string): unknown {
  if (Array.isArray(container)) return container[Number(key)];
  return isJson(container) && Object.hasOwn(container, key) ? container[key] : undefined;
}

function change(parent: Container, key: string, { op, value }: Operation): boolean {
  const old = valueAt(parent, key);
  switch (op) {
    case 'append':
      return put(parent, key, appended(old, value));
    case 'replace':
      return put(parent, key, value);
    case 'add':
      return Array.isArray(parent) ? insert(parent, key, value) : put(parent, key, value);
    case 'truncate':
      return put(parent, key, truncated(old, value));
    case 'remove':
      return remove(parent, key);
    default:
      return false;
  }
}

function appended(old: unknown, value: unknown): unknown {
  if (typeof old === 'string' && typeof value === 'string') return old + value;
  if (Array.isArray(old)) return [...old, ...(Array.isArray(value) ? value : [value])];
  if (isJson(old) && isJson(value)) return Object.assign(old, value);
  return old === undefined || old === null ? value : undefined;
}

/** The server counts characters as code points; only text with astral characters shows the difference. */
function truncated(old: unknown, length: unknown): unknown {
  if (typeof length !== 'number' || length < 0) return undefined;
  if (Array.isArray(old)) return old.slice(0, length);
  if (typeof old !== 'string') return undefined;
  return /[\ud800-\udbff]/.test(old) ? [...old].slice(0, length).join('') : old.slice(0, length);
}

function put(parent: Container, key: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (!Array.isArray(parent)) {
    parent[key] = value;
    return true;
  }
  const index = Number(key);
  if (!Number.isInteger(index) || index < 0 || index > parent.length) return false;
  parent[index] = value;
  return true;
}

function insert(parent: unknown[], key: string, value: unknown): boolean {
  const index = key === '-' ? parent.length : Number(key);
  if (!Number.isInteger(index) || index < 0 || index > parent.length) return false;
  parent.splice(index, 0, value);
  return true;
}

function remove(parent: Container, key: string): boolean {
  if (Array.isArray(parent)) {
    const index = Number(key);
    if (!(index in parent)) return false;
    parent.splice(index, 1);
    return true;
  }
  delete parent[key];
  return true;
}
