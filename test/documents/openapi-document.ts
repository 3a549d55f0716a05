import type { Answer } from '../clients/rest.js';
import { StrictSchemas } from './strict-schemas.js';

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

/** The documents and the API page are not operations. */
const UNDOCUMENTED = /^\/(openapi\.json|asyncapi\.json|docs(\/.*)?)$/;

/** The OpenAPI document with strict schemas: unknown fields are violations. */
export class OpenApiDocument {
  /** By `METHOD /path`, without the base path. */
  readonly operations: ReadonlyMap<string, Operation>;
  /** A pattern for each path. If two match, the more specific one comes first. */
  private readonly paths: readonly { readonly template: string; readonly pattern: RegExp }[];
  private readonly schemas: StrictSchemas;

  constructor(readonly document: Answer['body']) {
    this.schemas = new StrictSchemas(document);
    this.operations = new Map(
      Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, operations]) =>
        Object.entries(operations).map(([method, operation]): [string, Operation] => [
          `${method.toUpperCase()} ${path.replace('/api/v1', '')}`,
          operation,
        ]),
      ),
    );
    this.paths = Object.keys(document.paths)
      .map((path) => path.replace('/api/v1', ''))
      .sort()
      .map((template) => ({
        template,
        pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      }));
  }

  /** Violations of the answer to any request, also to an unknown route. */
  requestViolations(method: string, target: string, answer: Answer): unknown[] {
    const [path = ''] = target.split('?', 1);
    const templates = this.paths.filter(({ pattern }) => pattern.test(path)).map(({ template }) => template);
    const template = templates.find((each) => this.operations.has(`${method} ${each}`));
    if (template !== undefined) return this.answerViolations(`${method} ${template}`, answer);
    const isUndescribed = UNDOCUMENTED.test(path);
    if (isUndescribed && method === 'GET' && answer.status === 200) return [];
    const expected = isUndescribed || templates.length > 0 ? 405 : 404;
    if (answer.status !== expected) return [`the route is not documented, and must answer ${expected}`];
    return this.problemAnswerViolations(answer);
  }

  /** Violations of the answer of an operation. */
  answerViolations(name: string, answer: Answer): unknown[] {
    const { status, headers, body } = answer;
    const response = this.operations.get(name)?.responses[status];
    if (!response) return [`${name} does not document status ${status}`];
    if (!response.content) return body === undefined ? [] : ['the body must be empty'];
    const type = typeOf(headers);
    if (!response.content[type]) return [`${name} does not document type ${type}`];
    if (type !== PROBLEM) {
      return this.violations(name, ['responses', String(status), 'content', type, 'schema'], body);
    }
    const isNamed = response.description.includes(`\`${body.code}\`:`);
    return isNamed ? this.problemAnswerViolations(answer) : [`${name} does not document code ${body.code}`];
  }

  /** Violations of a request body. */
  bodyViolations(name: string, body: unknown): unknown[] {
    const isTaken = this.operations.get(name)?.requestBody !== undefined;
    if (!isTaken) return body === undefined ? [] : [`${name} takes no body`];
    return this.violations(name, ['requestBody', 'content', 'application/json', 'schema'], body);
  }

  private problemAnswerViolations({ status, headers, body }: Answer): unknown[] {
    if (typeOf(headers) !== PROBLEM) return [`${status} has type ${typeOf(headers)}, not ${PROBLEM}`];
    return body?.status === status
      ? this.schemas.problemViolations(body)
      : [`the answer has status ${status}, its problem ${body?.status}`];
  }

  private violations(name: string, place: readonly string[], value: unknown): unknown[] {
    const [method = '', path = ''] = name.split(' ');
    return this.schemas.violations(['paths', `/api/v1${path}`, method.toLowerCase(), ...place], value);
  }
}

const PROBLEM = 'application/problem+json';

const typeOf = (headers: Headers): string => (headers.get('content-type') ?? '').split(';')[0]!;
