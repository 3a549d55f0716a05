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

/** The documents themselves, and the page that shows one of them. */
const UNDESCRIBED = /^\/(openapi\.json|asyncapi\.json|docs(\/.*)?)$/;

/** The OpenAPI document as a client's author uses it, at its strictest. */
export class OpenApiDocument {
  /** By `METHOD /path`, without the base path. */
  readonly operations: ReadonlyMap<string, Operation>;
  /** What each path looks like; where two fit, the more particular comes first. */
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

  /** What is wrong with the answer to any request, also to one that no operation is for. */
  faultsOfRequest(method: string, target: string, answer: Answer): unknown[] {
    const [path = ''] = target.split('?', 1);
    const templates = this.paths.filter(({ pattern }) => pattern.test(path)).map(({ template }) => template);
    const template = templates.find((each) => this.operations.has(`${method} ${each}`));
    if (template !== undefined) return this.faultsOfAnswer(`${method} ${template}`, answer);
    const isUndescribed = UNDESCRIBED.test(path);
    if (isUndescribed && method === 'GET' && answer.status === 200) return [];
    const expected = isUndescribed || templates.length > 0 ? 405 : 404;
    if (answer.status !== expected) return [`nothing is described there, so it answers ${expected}`];
    return this.faultsOfProblemAnswer(answer);
  }

  /** What is wrong with an answer of that operation; nothing when it is as described. */
  faultsOfAnswer(name: string, answer: Answer): unknown[] {
    const { status, headers, body } = answer;
    const response = this.operations.get(name)?.responses[status];
    if (!response) return [`${name} is not described to answer ${status}`];
    if (!response.content) return body === undefined ? [] : ['there is to be no body'];
    const type = typeOf(headers);
    if (!response.content[type]) return [`${name} is not described to answer ${type}`];
    if (type !== PROBLEM) {
      return this.faults(name, ['responses', String(status), 'content', type, 'schema'], body);
    }
    const isNamed = response.description.includes(`\`${body.code}\`:`);
    return isNamed ? this.faultsOfProblemAnswer(answer) : [`${name} is not described to answer ${body.code}`];
  }

  /** What is wrong with a body that is sent to that operation. */
  faultsOfBody(name: string, body: unknown): unknown[] {
    const isTaken = this.operations.get(name)?.requestBody !== undefined;
    if (!isTaken) return body === undefined ? [] : [`${name} takes no body`];
    return this.faults(name, ['requestBody', 'content', 'application/json', 'schema'], body);
  }

  private faultsOfProblemAnswer({ status, headers, body }: Answer): unknown[] {
    if (typeOf(headers) !== PROBLEM) return [`${status} comes as ${typeOf(headers)}, not ${PROBLEM}`];
    return body?.status === status
      ? this.schemas.faultsOfProblem(body)
      : [`the answer is ${status}, its problem ${body?.status}`];
  }

  private faults(name: string, place: readonly string[], value: unknown): unknown[] {
    const [method = '', path = ''] = name.split(' ');
    return this.schemas.faults(['paths', `/api/v1${path}`, method.toLowerCase(), ...place], value);
  }
}

const PROBLEM = 'application/problem+json';

const typeOf = (headers: Headers): string => (headers.get('content-type') ?? '').split(';')[0]!;
