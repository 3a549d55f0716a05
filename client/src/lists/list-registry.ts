import type { Person } from '../api-types.js';
import type { Api } from '../connection/api.js';
import { unwrap } from '../connection/http.js';
import type { OutboxQueue } from '../model/outbox-queue.js';
import { messagesView } from '../model/selectors.js';
import type { StateChange } from '../model/sync-state.js';
import type { Notice } from '../public-state.js';
import type { SyncEngine } from '../sync/sync-engine.js';
import { MemberList } from './member-list.js';
import { MessageList } from './message-list.js';

/** Number of lists without subscribers that keep their window, for users who return to a conversation. */
const MAX_UNWATCHED_WINDOWS = 10;

/** The dependencies of the lists. */
export interface ListRegistryOptions {
  readonly sync: SyncEngine;
  readonly api: Api;
  readonly queue: OutboxQueue;
  readonly self: () => Person;
  readonly windowSize: number;
  readonly onNotice: (conversationId: string, notice: Notice) => void;
}

/**
 * The message and member lists, one of each for each conversation that was opened. `GoChatClient` gets lists here;
 * `ClientCore` forwards state changes to them.
 */
export class ListRegistry {
  /** In the order of use: the last one is the most recently requested. */
  private readonly messageLists = new Map<string, MessageList>();
  private readonly memberLists = new Map<string, MemberList>();

  constructor(private readonly options: ListRegistryOptions) {}

  messages(conversationId: string): MessageList {
    const list = this.messageLists.get(conversationId) ?? this.newMessageList(conversationId);
    this.messageLists.delete(conversationId);
    this.messageLists.set(conversationId, list);
    const unwatched = [...this.messageLists.values()].filter(({ isWatched }) => !isWatched);
    for (const old of unwatched.slice(0, -MAX_UNWATCHED_WINDOWS)) old.release();
    return list;
  }

  members(conversationId: string): MemberList {
    const { sync, api } = this.options;
    const page: ConstructorParameters<typeof MemberList>[0]['page'] = (cursor) =>
      unwrap(
        api.GET('/api/v1/conversations/{id}/members', {
          params: { path: { id: conversationId }, query: { limit: 100, ...(cursor !== null && { cursor }) } },
        }),
      );
    const list = this.memberLists.get(conversationId) ?? new MemberList({ conversationId, sync, page });
    this.memberLists.set(conversationId, list);
    return list;
  }

  onStateChange(change: StateChange, isLive: boolean): void {
    const { conversationId } = change;
    // Create the list if necessary: notices are emitted without subscribers too.
    const hasNotices = change.joined.length + change.left.length > 0;
    const list =
      this.messageLists.get(conversationId) ?? (hasNotices ? this.newMessageList(conversationId) : undefined);
    list?.onStateChange(change, isLive);
    this.memberLists.get(conversationId)?.onStateChange(change);
  }

  /** A pending operation of the conversation changed. */
  onOutboxChange(conversationId: string): void {
    this.messageLists.get(conversationId)?.invalidate();
  }

  onSynced(): void {
    for (const list of this.messageLists.values()) list.onSynced();
  }

  /** The state was replaced, for another user. */
  clear(): void {
    for (const list of this.messageLists.values()) list.release();
    for (const list of this.memberLists.values()) list.invalidate();
  }

  private newMessageList(conversationId: string): MessageList {
    const { sync, api, queue, self, windowSize, onNotice } = this.options;
    const list = new MessageList({
      conversationId,
      sync,
      windowSize,
      page: (query) => unwrap(api.GET('/api/v1/messages', { params: { query: { conversationId, ...query } } })),
      show: (items, isToEnd) => messagesView(items, isToEnd, { queue, conversationId, self: self() }),
      onNotice: (notice) => onNotice(conversationId, notice),
    });
    this.messageLists.set(conversationId, list);
    return list;
  }
}
