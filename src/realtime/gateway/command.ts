import type { Actor } from '../../common/actor.js';
import type { AuditAction } from '../../delivery/audit/audit-log.js';
import { bodyValidator, type SchemaClass } from '../../delivery/validation/schemas.js';
import type { RateName } from '../../infrastructure/config/rates.js';
import type { ChatSocket } from './socket-types.js';

/** The answer of a command: an object of a class, `[Class]` for a list of such objects, or `null` for an empty object. */
export type AnswerClass = SchemaClass | readonly [SchemaClass] | null;

type AnswerOf<A extends AnswerClass> =
  A extends SchemaClass<infer T> ? T : A extends readonly [SchemaClass<infer T>] ? T[] : Record<string, never>;

/** The sender of a command. */
interface CommandContext {
  readonly actor: Actor;
  readonly socket: ChatSocket;
}

/** A row of the table of commands, as it is written there. */
interface CommandDefinition<T extends object, A extends AnswerClass> {
  readonly name: string;
  /** For the AsyncAPI document. */
  readonly summary: string;
  readonly payload: SchemaClass<T>;
  readonly answer: A;
  /**
   * The rate limit charged in addition to `request`, which every command is charged. Left out if `request` is the only one,
   * or if the use case charges a limit itself.
   */
  readonly rate?: RateName;
  /** The action recorded in the audit trail. Left out for commands that are not audited. */
  readonly audit?: AuditAction;
  /** Calls the use case. @returns `data` of the acknowledgement */
  readonly run: (context: CommandContext, dto: T) => Promise<AnswerOf<A>>;
}

/** A command that clients can send over their socket, as `CommandDispatcher` and the AsyncAPI document use it. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly payload: SchemaClass;
  readonly answer: AnswerClass;
  readonly rate: RateName | null;
  readonly audit: AuditAction | undefined;
  /**
   * Validates the payload and calls the use case.
   * @returns `data` of the acknowledgement
   * @throws DomainError `validation_failed`, and the errors of the use case
   */
  readonly execute: (socket: ChatSocket, payload: unknown) => Promise<object>;
}

/** Makes a command of its definition. Its validator is compiled once, here. */
export function command<T extends object, const A extends AnswerClass>({
  rate,
  audit,
  run,
  ...definition
}: CommandDefinition<T, A>): Command {
  const validate = bodyValidator(definition.payload);
  return {
    ...definition,
    rate: rate ?? null,
    audit,
    execute: (socket, payload) => run({ actor: socket.data.actor, socket }, validate(payload)),
  };
}
