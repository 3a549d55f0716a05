import { StrictSchemas } from './strict-schemas.js';

interface Reference {
  readonly $ref: string;
}

interface Operation {
  readonly action: 'send' | 'receive';
  readonly messages: readonly Reference[];
  readonly reply?: { readonly messages: readonly Reference[] };
}

/** The AsyncAPI document with strict schemas: unknown fields are violations. */
export class AsyncApiDocument {
  private readonly schemas: StrictSchemas;

  constructor(readonly document: any) {
    this.schemas = new StrictSchemas(document);
  }

  get commands(): string[] {
    return this.namesOf('receive');
  }

  get events(): string[] {
    return this.namesOf('send');
  }

  /** The payload schema of a command. */
  payloadOf(command: string): Record<string, unknown> {
    return this.message(this.operation(command)!.messages[0]!.$ref).payload;
  }

  /** Violations of an event: it must be documented, with one payload that matches its schema. */
  eventViolations(name: string, payloads: readonly unknown[]): unknown[] {
    const operation = this.operation(name);
    if (operation?.action !== 'send') return [`${name} is not a documented event`];
    if (payloads.length !== 1) return [`${name} has ${payloads.length} payloads`];
    return this.violations(operation.messages[0]!, payloads[0]);
  }

  /** Violations of an acknowledgement. An unknown command must be refused. */
  acknowledgementViolations(command: string, answer: any): unknown[] {
    const operation = this.operation(command);
    const replies = operation?.reply?.messages ?? [{ $ref: '#/channels/live/messages/refused' }];
    const reply = replies.find(({ $ref }) => this.message($ref).payload.properties.ok.const === answer?.ok);
    if (!reply) return [`${command} has no such documented answer`];
    const violations = this.violations(reply, answer);
    return violations.length > 0 || answer.ok ? violations : this.problemViolations(answer.error);
  }

  /** Violations of an error object. */
  problemViolations(problem: unknown): unknown[] {
    return this.schemas.problemViolations(problem);
  }

  private violations({ $ref }: Reference, payload: unknown): unknown[] {
    return this.schemas.violations([...pathOf($ref), 'payload'], payload);
  }

  private message($ref: string): any {
    return pathOf($ref).reduce((node, key) => node[key], this.document);
  }

  private operation(name: string): Operation | undefined {
    const { operations } = this.document;
    return Object.hasOwn(operations, name) ? operations[name] : undefined;
  }

  private namesOf(action: Operation['action']): string[] {
    const operations = Object.entries<Operation>(this.document.operations);
    return operations.filter(([, operation]) => operation.action === action).map(([name]) => name);
  }
}

const pathOf = ($ref: string): string[] => $ref.replace('#/', '').split('/');
