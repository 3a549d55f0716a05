import type { Api } from '../connection/api.js';
import { unwrap } from '../connection/http.js';
import type { SyncEngine } from '../sync/sync-engine.js';
import { MemberList } from './member-list.js';
import { MessageList } from './message-list.js';
import type { OutboxQueue } from '../model/outbox-queue.js';
import { messagesView } from '../model/selectors.js';
import type { StateChange } from '../model/sync-state.js';
import type { Notice } from '../public-state.js';
import type { Person } from '../api-types.js';

/** Windows that nobody looks at and are kept where they are, for who comes back to them. */
const KEPT_WINDOWS = 10;

/** What lists are made of. */
export interface ListsSources {
  readonly log: SyncEngine;
  readonly api: Api;
  readonly queue: OutboxQueue;
  readonly self: () => Person;
  readonly windowSize: number;
  readonly onNotice: (conversationId: string, notice: Notice) => void;
}

/** The lists of messages and people, one of each for each conversation that was looked at. */
export class ListRegistry {
  /** The one that was asked for last comes last. */
  private readonly messageLists = new Map<string, MessageList>();
  private readonly memberLists = new Map<string, MemberList>();

  constructor(private readonly sources: ListsSources) {}

  messages(conversationId: string): MessageList {
    const list = this.messageLists.get(conversationId) ?? this.newMessageList(conversationId);
    this.messageLists.delete(conversationId);
    this.messageLists.set(conversationId, list);
    const unseen = [...this.messageLists.values()].filter(({ isWatched }) => !isWatched);
    for (const old of unseen.slice(0, -KEPT_WINDOWS)) old.release();
    return list;
  }

  members(conversationId: string): MemberList {
    const { log, api } = this.sources;
    const page: ConstructorParameters<typeof MemberList>[0]['page'] = (cursor) =>
      unwrap(
        api.GET('/api/v1/conversations/{id}/members', {
          params: { path: { id: conversationId }, query: { limit: 100, ...(cursor !== null && { cursor }) } },
        }),
      );
    const list = this.memberLists.get(conversationId) ?? new MemberList({ conversationId, log, page });
    this.memberLists.set(conversationId, list);
    return list;
  }

  take(effect: StateChange, isLive: boolean): void {
    const { conversationId } = effect;
    // Even if nobody looks: who comes and goes is told.
    const isNews = effect.joined.length + effect.left.length > 0;
    const list = this.messageLists.get(conversationId) ?? (isNews ? this.newMessageList(conversationId) : undefined);
    list?.take(effect, isLive);
    this.memberLists.get(conversationId)?.take(effect);
  }

  /** What is on its way to a conversation has changed. */
  changed(conversationId: string): void {
    this.messageLists.get(conversationId)?.invalidate();
  }

  synced(): void {
    for (const list of this.messageLists.values()) list.synced();
  }

  /** All of it is another's. */
  clear(): void {
    for (const list of this.messageLists.values()) list.release();
    for (const list of this.memberLists.values()) list.invalidate();
  }

  private newMessageList(conversationId: string): MessageList {
    const { log, api, queue, self, windowSize, onNotice } = this.sources;
    const list = new MessageList({
      conversationId,
      log,
      windowSize,
      page: (query) => unwrap(api.GET('/api/v1/messages', { params: { query: { conversationId, ...query } } })),
      show: (items, isToEnd) => messagesView(items, isToEnd, queue, conversationId, self()),
      onNotice: (notice) => onNotice(conversationId, notice),
    });
    this.messageLists.set(conversationId, list);
    return list;
  }
}
