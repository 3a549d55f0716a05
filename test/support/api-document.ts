import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';

import type { Answer } from './rest.js';

type Json = Record<string, unknown>;

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly Json[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Json;
  }[];
  readonly requestBody?: Content & { readonly required: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
}

const ROOT = 'document';

/** The OpenAPI document as a client's author uses it, at its strictest: an answer with a field more than it says is wrong. */
export class ApiDocument {
  /** By `METHOD /path`, without the base path. */
  readonly operations: ReadonlyMap<string, Operation>;
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(readonly document: Answer['body']) {
    addFormatsModule.default(this.ajv);
    this.ajv.addSchema({ $id: ROOT, ...(strict(document) as Json) });
    this.operations = new Map(
      Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, operations]) =>
        Object.entries(operations).map(([method, operation]): [string, Operation] => [
          `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
          operation,
        ]),
      ),
    );
  }

  /** What is wrong with an answer of that operation; nothing when it is as described. */
  faultsOfAnswer(name: string, { status, headers, body }: Answer): unknown[] {
    const response = this.operations.get(name)?.responses[status];
    if (!response) return [`${name} is not described to answer ${status}`];
    if (!response.content) return body === undefined ? [] : ['there is to be no body'];
    const type = (headers.get('content-type') ?? '').split(';')[0]!;
    if (!response.content[type]) return [`${name} is not described to answer ${type}`];
    return this.faults(['responses', String(status), 'content', type, 'schema'], name, body);
  }

  /** What is wrong with a body that is sent to that operation. */
  faultsOfBody(name: string, body: unknown): unknown[] {
    const isTaken = this.operations.get(name)?.requestBody !== undefined;
    if (!isTaken) return body === undefined ? [] : [`${name} takes no body`];
    return this.faults(['requestBody', 'content', 'application/json', 'schema'], name, body);
  }

  private faults(place: string[], name: string, value: unknown): unknown[] {
    const [method = '', path = ''] = name.split(' ');
    const pointer = ['paths', `/api/v1${path}`, method.toLowerCase(), ...place].map(escaped).join('/');
    const validate = this.validators.get(pointer) ?? this.ajv.compile({ $ref: `${ROOT}#/${pointer}` });
    this.validators.set(pointer, validate);
    return validate(value) ? [] : (validate.errors ?? []);
  }
}

const escaped = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** The same with every object closed. */
function strict(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(strict);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, strict(value)]));
  return 'properties' in copy && copy['type'] === 'object' ? { ...copy, additionalProperties: false } : copy;
}
