import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** A JSON Schema, as far as the generator looks. */
export interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
}

export interface Parameter {
  name: string;
  in: 'query' | 'path' | 'header';
  required?: boolean;
  schema: Schema;
}

/** One operation of a served OpenAPI document. */
export interface Operation {
  method: string;
  template: string;
  parameters: Parameter[];
  body: Schema | undefined;
  isOpen: boolean;
}

interface Answers {
  content?: Record<string, unknown>;
}

interface RawOperation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, Answers>;
  security?: unknown[];
}

/** A served document with what the checks ask of it. */
export class Served {
  readonly operations: Operation[];
  readonly #paths: Record<string, Record<string, RawOperation>>;
  readonly #schemas: Record<string, Schema>;
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: unknown) {
    const served = document as {
      paths: Record<string, Record<string, RawOperation>>;
      components: { schemas: Record<string, Schema> };
    };
    this.#paths = served.paths;
    this.#schemas = served.components.schemas;
    this.#ajv.addSchema(served, 'served');
    this.operations = Object.entries(served.paths).flatMap(([template, methods]) =>
      Object.entries(methods).map(([method, raw]) => ({
        method: method.toUpperCase(),
        template,
        parameters: raw.parameters ?? [],
        body: raw.requestBody?.content['application/json']?.schema,
        isOpen: raw.security?.length === 0,
      })),
    );
  }

  resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    return this.#schemas[schema.$ref.replace('#/components/schemas/', '')] ?? {};
  }

  /** Methods that a path's template has. */
  methodsOf(template: string): string[] {
    return Object.keys(this.#paths[template] ?? {}).map((method) => method.toUpperCase());
  }

  /** Whether a body is what the document says an operation takes. */
  takes(operation: Operation, body: unknown): boolean {
    const { template, method } = operation;
    const pointer = `/paths/${escaped(template)}/${method.toLowerCase()}/requestBody/content/application~1json/schema`;
    return this.#validator(pointer)(body) === true;
  }

  /** What is wrong with an answer according to the document; undefined when nothing is. */
  problemOf(
    operation: Operation | undefined,
    status: number,
    type: string,
    body: unknown,
  ): string | undefined {
    if (operation === undefined) return this.#unlike('/components/schemas/Error', body);
    const { template, method } = operation;
    const documented = this.#paths[template]?.[method.toLowerCase()]?.responses ?? {};
    const key = [String(status), `${Math.floor(status / 100)}XX`].find(
      (name) => documented[name] !== undefined,
    );
    if (key === undefined) return `status ${status} is not documented`;
    const types = Object.keys(documented[key]?.content ?? {});
    if (types.length === 0) return body === undefined ? undefined : 'a body where none is documented';
    if (!types.includes(type)) return `content type ${type} is not documented for ${key}`;
    if (type !== 'application/json') return undefined;
    const pointer = `/paths/${escaped(template)}/${method.toLowerCase()}/responses/${key}/content/application~1json/schema`;
    return this.#unlike(pointer, body);
  }

  #unlike(pointer: string, body: unknown): string | undefined {
    const validate = this.#validator(pointer);
    return validate(body) ? undefined : this.#ajv.errorsText(validate.errors);
  }

  #validator(pointer: string): ValidateFunction {
    const known = this.#compiled.get(pointer) ?? this.#ajv.compile({ $ref: `served#${pointer}` });
    this.#compiled.set(pointer, known);
    return known;
  }
}

function escaped(template: string): string {
  return encodeURIComponent(template.replaceAll('~', '~0').replaceAll('/', '~1'));
}
