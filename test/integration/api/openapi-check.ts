import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Operation {
  responses?: Record<string, { content?: Record<string, { schema?: object }> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, object> };
}

/** Says what is wrong with a response according to an OpenAPI document; undefined when nothing is. */
export type ResponseCheck = (
  method: string,
  path: string,
  status: number,
  body: unknown,
) => string | undefined;

/** Makes the check. Paths the document does not know are judged by its Error schema alone. */
export function responseCheck(document: unknown): ResponseCheck {
  const openapi = document as Document;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(openapi, 'openapi');
  const compiled = new Map<string, ValidateFunction>();
  const validator = (pointer: string): ValidateFunction => {
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi#${pointer}` });
    compiled.set(pointer, known);
    return known;
  };
  return (method, path, status, body) => {
    const pointer = schemaPointer(openapi, method.toLowerCase(), path, status);
    if (pointer === undefined) return `${method} ${path}: the document knows no ${status}`;
    const validate = validator(pointer);
    return validate(body) ? undefined : `${method} ${path} ${status}: ${ajv.errorsText(validate.errors)}`;
  };
}

function schemaPointer(openapi: Document, method: string, path: string, status: number): string | undefined {
  // A path written out goes before one with a parameter in its place.
  const template = Object.keys(openapi.paths)
    .filter((candidate) => matches(candidate, path))
    .sort((a, b) => a.split('{').length - b.split('{').length)[0];
  const operation = template === undefined ? undefined : openapi.paths[template]?.[method];
  if (template === undefined || operation === undefined)
    return status >= 400 ? errorPointer(openapi) : undefined;
  const key = [String(status), `${Math.floor(status / 100)}XX`, `${Math.floor(status / 100)}xx`].find(
    (candidate) => operation.responses?.[candidate] !== undefined,
  );
  if (key === undefined) return undefined;
  const escaped = template.replaceAll('~', '~0').replaceAll('/', '~1');
  return `/paths/${encodeURIComponent(escaped)}/${method}/responses/${key}/content/application~1json/schema`;
}

function errorPointer(openapi: Document): string {
  const name = ['Error', 'NestedError'].find((candidate) => candidate in (openapi.components?.schemas ?? {}));
  return `/components/schemas/${name}`;
}

function matches(template: string, path: string): boolean {
  const pattern = template.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${pattern}$`).test(path.split('?')[0] ?? path);
}
