import type { Commands, ServerEvents } from './generated/events.js';

/** One event as the server sent it: the name with the payload of that name. */
export type ServerEvent<N extends keyof ServerEvents = keyof ServerEvents> = {
  [K in N]: { readonly name: K; readonly payload: ServerEvents[K] };
}[N];

type Named<Prefix extends string> = Extract<keyof ServerEvents, `${Prefix}:${string}`>;

/** Changes of stored state: {@link SyncState} applies them in the order of `rev` and `stateRev`. */
export type LogEvent = ServerEvent<Named<'message' | 'member' | 'conversation'>>;

/** Events without a revision. A client that missed one does not ask for it. */
export type EphemeralEvent = ServerEvent<Named<'receipt' | 'presence'> | 'typing'>;

/** Why a user is no longer a member. `deleted`: the conversation, or the account, was deleted. */
export type LeaveReason = ServerEvents['member:left']['reason'];

/** The fields of a conversation that all members share. */
export type SharedConversation = ServerEvents['conversation:updated']['conversation'];

/** The name of a socket command. */
export type CommandName = keyof Commands;

type SuffixOf<N extends string, Prefix extends string> = N extends `${Prefix}:${infer Suffix}` ? Suffix : never;

/** The changes that the outbox sends as `message:` commands: `send`, `edit`, `delete`, `react` and so on. */
export type MessageOperation = Exclude<SuffixOf<CommandName, 'message'>, 'list'>;

/** The payload of a command. Lists may be read-only. */
export type CommandPayload<N extends CommandName> = Sent<Commands[N]['payload']>;

/** The data of a command's acknowledgement. */
export type CommandData<N extends CommandName> = Commands[N]['data'];

type Sent<T> = {
  readonly [K in keyof T]: T[K] extends (infer Item)[] | undefined ? readonly Item[] | undefined : T[K];
};
