import { StrictSchemas } from './strict-schemas.js';

interface Reference {
  readonly $ref: string;
}

interface Operation {
  readonly action: 'send' | 'receive';
  readonly messages: readonly Reference[];
  readonly reply?: { readonly messages: readonly Reference[] };
}

/** The AsyncAPI document as a client's author uses it, at its strictest. */
export class AsyncApiDocument {
  private readonly schemas: StrictSchemas;

  constructor(readonly document: any) {
    this.schemas = new StrictSchemas(document);
  }

  /** Names of the commands that it describes. */
  get commands(): string[] {
    return this.named('receive');
  }

  /** Names of the events that it describes. */
  get events(): string[] {
    return this.named('send');
  }

  /** The schema of what a command takes. */
  payloadOf(command: string): Record<string, unknown> {
    return this.message(this.operation(command)!.messages[0]!.$ref).payload;
  }

  /** What is wrong with an event: it is described, and has one payload, which is as described. */
  faultsOfEvent(name: string, payloads: readonly unknown[]): unknown[] {
    const operation = this.operation(name);
    if (operation?.action !== 'send') return [`${name} is no event that is described`];
    if (payloads.length !== 1) return [`${name} came with ${payloads.length} payloads`];
    return this.faults(operation.messages[0]!, payloads[0]);
  }

  /** What is wrong with what a command was answered. What is no command is refused. */
  faultsOfAcknowledgement(command: string, answer: any): unknown[] {
    const operation = this.operation(command);
    const replies = operation?.reply?.messages ?? [{ $ref: '#/channels/live/messages/refused' }];
    const reply = replies.find(({ $ref }) => this.message($ref).payload.properties.ok.const === answer?.ok);
    if (!reply) return [`${command} is not described to be answered so`];
    const faults = this.faults(reply, answer);
    return faults.length > 0 || answer.ok ? faults : this.faultsOfProblem(answer.error);
  }

  /** What is wrong with an error object. */
  faultsOfProblem(problem: unknown): unknown[] {
    return this.schemas.faultsOfProblem(problem);
  }

  private faults({ $ref }: Reference, payload: unknown): unknown[] {
    return this.schemas.faults([...placeOf($ref), 'payload'], payload);
  }

  private message($ref: string): any {
    return placeOf($ref).reduce((node, key) => node[key], this.document);
  }

  private operation(name: string): Operation | undefined {
    const { operations } = this.document;
    return Object.hasOwn(operations, name) ? operations[name] : undefined;
  }

  private named(action: Operation['action']): string[] {
    const operations = Object.entries<Operation>(this.document.operations);
    return operations.filter(([, operation]) => operation.action === action).map(([name]) => name);
  }
}

const placeOf = ($ref: string): string[] => $ref.replace('#/', '').split('/');
