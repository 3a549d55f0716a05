import type { MessageView } from '../read-models/message.view.dto.js';

/** What is looked for. */
export interface SearchQuery {
  /** By whom: what is found is theirs to see when it is found. */
  readonly userId: string;
  /** Where; null for all of their conversations. */
  readonly conversationId: string | null;
  /** At least one, as `queryTokens` makes them. */
  readonly tokens: readonly string[];
  /** The `createdAt` and id of the message that the page starts after. */
  readonly after: readonly [string, string] | null;
}

/** The index of messages by their words. It follows each conversation's log, up to the `rev` that is its head. */
export abstract class SearchStore {
  /** Messages that have all of the words, newest first. */
  abstract find(wanted: SearchQuery, limit: number): Promise<MessageView[]>;

  /** Of the conversations that a user is in, or of that one, those that the index is behind, latest activity first. */
  abstract behind(userId: string, conversationId: string | null, limit: number): Promise<string[]>;

  /** Brings a conversation's index one bounded step further. @returns whether to call again */
  abstract follow(conversationId: string): Promise<boolean>;
}
