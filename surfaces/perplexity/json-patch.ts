/** A JSON object; what is inside is not known. */
export type Json = Record<string, unknown>;

/** True for a JSON object, false for arrays and scalars. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One operation of RFC 6902 as it came over the wire. */
export interface PatchOperation {
  op: string;
  path: string;
  from: string | null;
  value: unknown;
}

/**
 * The document after these operations (RFC 6902), and how many of them did not fit it. The document is changed in
 * place where it can be, so hand over one that nobody else holds. `test` is not checked: a stream that was cut is
 * read for what it has.
 */
export function applyPatches(
  document: unknown,
  operations: readonly PatchOperation[],
): { document: unknown; misfits: number } {
  const root = { '': document };
  const misfits = operations.filter((operation) => !applyOne(root, operation)).length;
  return { document: root[''], misfits };
}

function applyOne(root: Json, { op, path, from, value }: PatchOperation): boolean {
  if (op === 'test') return true;
  if (op === 'remove') return removeAt(root, keysOf(path));
  if (op === 'add' || op === 'replace') return putAt(root, keysOf(path), value, op === 'add');
  if ((op !== 'move' && op !== 'copy') || from === null) return false;
  const source = readAt(root, keysOf(from));
  if (source === undefined) return false;
  if (op === 'move') removeAt(root, keysOf(from));
  return putAt(root, keysOf(path), structuredClone(source), true);
}

/** Reference tokens of a JSON pointer (RFC 6901), below the holder of the whole document. */
function keysOf(pointer: string): string[] {
  return pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function readAt(root: Json, keys: readonly string[]): unknown {
  let value: unknown = root;
  for (const key of keys) {
    if (Array.isArray(value)) value = value[Number(key)];
    else if (isJson(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

function putAt(root: Json, keys: readonly string[], value: unknown, inserts: boolean): boolean {
  const holder = readAt(root, keys.slice(0, -1));
  const key = keys.at(-1) ?? '';
  if (Array.isArray(holder)) {
    const index = key === '-' ? holder.length : Number(key);
    if (!Number.isInteger(index) || index < 0 || index > holder.length) return false;
    if (inserts) holder.splice(index, 0, value);
    else if (index < holder.length) holder[index] = value;
    else return false;
    return true;
  }
  if (!isJson(holder) || key === '__proto__') return false;
  holder[key] = value;
  return true;
}

function removeAt(root: Json, keys: readonly string[]): boolean {
  const holder = readAt(root, keys.slice(0, -1));
  const key = keys.at(-1) ?? '';
  if (Array.isArray(holder)) return holder.splice(Number(key), 1).length === 1;
  if (!isJson(holder) || !Object.hasOwn(holder, key)) return false;
  delete holder[key];
  return true;
}
