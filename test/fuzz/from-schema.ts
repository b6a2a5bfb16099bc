import fc, { type Arbitrary } from 'fast-check';
import type { Schema, Served } from './document.ts';

/** Values for fields of a name, where the schema alone does not say enough (a country is more than a string). */
export type Known = Readonly<Record<string, Arbitrary<unknown>>>;

/** Values that a schema accepts. */
export function arbitraryOf(served: Served, given: Schema, known: Known, name = ''): Arbitrary<unknown> {
  const byName = known[name];
  if (byName !== undefined) return byName;
  const schema = served.resolve(given);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined)
    return fc.oneof(...schema.anyOf.map((branch) => arbitraryOf(served, branch, known)));
  switch (schema.type) {
    case 'object':
      return objectOf(served, schema, known);
    case 'array': {
      const limits = { minLength: schema.minItems ?? 0, maxLength: schema.maxItems ?? 3 };
      return fc.array(arbitraryOf(served, schema.items ?? {}, known), limits);
    }
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -1_000_000, max: schema.maximum ?? 1_000_000 });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return stringOf(schema);
    default:
      return fc.jsonValue();
  }
}

function objectOf(served: Served, schema: Schema, known: Known): Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    name,
    arbitraryOf(served, field, known, name),
  ]);
  const model: Record<string, Arbitrary<unknown>> = Object.fromEntries(fields);
  return fc.record(model, { requiredKeys: schema.required ?? [] });
}

function stringOf({ pattern, format, minLength = 0, maxLength = 40 }: Schema): Arbitrary<string> {
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 60)) });
}
