type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const PREFIX = '#/components/schemas/';
const INPUT = 'Input';

/**
 * An OpenAPI document with only the schemas its paths reach. The zod provider writes each schema twice, as `X` and as
 * `XInput` (specs/edge.md 0.2 T14); ours have no transforms, so the input form takes the plain name where it is alone.
 */
export function tidyComponents<T extends object>(document: T): T {
  const plain = JSON.parse(JSON.stringify(document)) as { [key: string]: Json };
  const schemas = child(child(plain, 'components'), 'schemas');
  const reached = reach(plain.paths ?? null, schemas);
  const nameOf = (name: string): string => {
    const short = name.endsWith(INPUT) ? name.slice(0, -INPUT.length) : name;
    return reached.has(short) ? name : short;
  };
  const renamed = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(renamed);
    if (typeof value === 'string')
      return value.startsWith(PREFIX) ? PREFIX + nameOf(value.slice(PREFIX.length)) : value;
    if (typeof value !== 'object' || value === null) return value;
    const tidy = withNamedKeys(value);
    return Object.fromEntries(Object.entries(tidy).map(([key, item]) => [key, renamed(item)]));
  };
  const kept = Object.entries(schemas).filter(([name]) => reached.has(name));
  const components = {
    ...child(plain, 'components'),
    schemas: Object.fromEntries(kept.map(([name, schema]) => [nameOf(name), renamed(schema)])),
  };
  return { ...plain, paths: renamed(plain.paths ?? null), components } as unknown as T;
}

/** A record over a closed set of keys, as an object with these properties: what readers and generators expect. */
function withNamedKeys(schema: { [key: string]: Json }): { [key: string]: Json } {
  const { propertyNames, additionalProperties, ...rest } = schema;
  if (!Array.isArray(schema.required) || schema.properties !== undefined) return schema;
  if (additionalProperties === undefined || propertyNames === undefined) return schema;
  const properties = Object.fromEntries(schema.required.map((key) => [String(key), additionalProperties]));
  return { ...rest, properties, additionalProperties: false };
}

function child(value: { [key: string]: Json }, key: string): { [key: string]: Json } {
  const found = value[key];
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
}

/** Names of the schemas that can be reached by `$ref` from a part of the document. */
function reach(from: Json, schemas: { [key: string]: Json }): Set<string> {
  const reached = new Set<string>();
  const open: Json[] = [from];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value === 'string' && value.startsWith(PREFIX)) {
      const name = value.slice(PREFIX.length);
      if (!reached.has(name)) open.push(schemas[name] ?? null);
      reached.add(name);
    } else if (typeof value === 'object' && value !== null) {
      open.push(...Object.values(value));
    }
  }
  return reached;
}
