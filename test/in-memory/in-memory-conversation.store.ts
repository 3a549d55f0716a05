import { DomainError } from '../../src/common/domain-error.js';
import type { Stored } from '../../src/common/event-bus.js';
import { fold } from '../../src/common/text.js';
import {
  conversationAdded,
  conversationDeleted,
  conversationUpdated,
} from '../../src/conversations/conversation-events.js';
import { directKey, refuseBlocked, type Standing } from '../../src/conversations/conversation.js';
import {
  ConversationStore,
  type CreateResult,
  type Details,
  type NewConversation,
  type PageStart,
  type RenameCommand,
} from '../../src/conversations/conversations.store.js';
import type { DomainEvent, Events } from '../../src/domain-events.js';
import type { ConversationView, SharedConversationView } from '../../src/read-models/conversation.view.dto.js';
import { conversationView, conversationViews, sharedView, standingOf } from '../fakes/views.js';
import { byCodePoint, type ConversationRow, type InMemoryTables, newMember } from './in-memory-tables.js';
import { publishStored } from './publish-stored.js';

/** Every method runs synchronously, as one transaction, and throws before it changes anything. */
export class InMemoryConversationStore extends ConversationStore {
  constructor(
    private readonly tables: InMemoryTables,
    private readonly events: Events,
  ) {
    super();
  }

  override async create({
    members,
    createdAt,
    ...conversation
  }: NewConversation): Promise<Stored<CreateResult, DomainEvent>> {
    const { id, type, createdBy } = conversation;
    const userIds = members.map(({ userId }) => userId);
    const pair = type === 'direct' ? directKey(userIds[0] ?? '', userIds[1] ?? '') : null;
    const existing = this.ofPair(pair) ?? this.tables.conversations.get(id);
    if (existing) {
      const views = conversationViews(this.tables, existing, createdBy === null ? [] : [createdBy]);
      return publishStored(this.events, { created: false, id: existing.id, views });
    }
    if (this.tables.ended.has(id)) {
      throw new DomainError('id_conflict', 'That id named a conversation that was deleted.');
    }
    this.tables.requireUsers(userIds);
    if (createdBy !== null) refuseBlocked(this.tables.blockedAmong(createdBy, userIds));
    const row: ConversationRow = {
      ...conversation,
      directKey: pair,
      createdAt,
      updatedAt: createdAt,
      activeAt: createdAt,
      rev: 1,
      members: new Map(
        members.map((member) => [member.userId, newMember({ ...member, joinedAt: createdAt, rev: 1, lastSeq: 0 })]),
      ),
      messages: [],
    };
    this.tables.conversations.set(id, row);
    const views = conversationViews(this.tables, row, userIds);
    return publishStored(this.events, { created: true, id, views }, ...conversationAdded(views));
  }

  override async standing(id: string, userId: string): Promise<Standing | null> {
    const row = this.tables.conversations.get(id);
    return row ? standingOf(this.tables, row, userId) : null;
  }

  override async view(id: string, userId: string): Promise<ConversationView | null> {
    const row = this.tables.conversations.get(id);
    return row ? conversationView(this.tables, row, userId) : null;
  }

  override async inbox(
    userId: string,
    archived: boolean,
    after: PageStart,
    limit: number,
  ): Promise<ConversationView[]> {
    const later = (a: readonly [string, string], b: readonly [string, string]): number =>
      byCodePoint(b[0], a[0]) || byCodePoint(b[1], a[1]);
    const keyOf = ({ activeAt, id }: ConversationRow) => [activeAt.toISOString(), id] as const;
    return this.tables
      .conversationsOf(userId)
      .filter((row) => (this.tables.memberOf(row, userId)?.archivedSeq === row.messages.length) === archived)
      .filter((row) => after === null || later(keyOf(row), after) > 0)
      .sort((a, b) => later(keyOf(a), keyOf(b)))
      .slice(0, limit)
      .map((row) => conversationView(this.tables, row, userId));
  }

  override async discover(
    prefix: string,
    userId: string,
    after: PageStart,
    limit: number,
  ): Promise<ConversationView[]> {
    const compare = (a: readonly [string, string], b: readonly [string, string]): number =>
      byCodePoint(a[0], b[0]) || byCodePoint(a[1], b[1]);
    const keyOf = ({ title, id }: ConversationRow) => [fold(title ?? ''), id] as const;
    return [...this.tables.conversations.values()]
      .filter((row) => row.type === 'room' && keyOf(row)[0].startsWith(prefix))
      .filter((row) => after === null || compare(keyOf(row), after) > 0)
      .sort((a, b) => compare(keyOf(a), keyOf(b)))
      .slice(0, limit)
      .map((row) => conversationView(this.tables, row, userId));
  }

  override async rename(
    { id, actorId, now }: RenameCommand,
    decide: (standing: Standing) => Details,
  ): Promise<Stored<SharedConversationView | null, DomainEvent>> {
    const row = this.tables.conversations.get(id);
    if (!row) return publishStored(this.events, null);
    const { title, topic } = decide(standingOf(this.tables, row, actorId));
    const changed = title !== row.title || topic !== row.topic;
    if (changed) Object.assign(row, { title, topic, updatedAt: now, rev: row.rev + 1 });
    const shared = sharedView(this.tables, row);
    return publishStored(this.events, shared, ...(changed ? [conversationUpdated(shared)] : []));
  }

  override async delete(
    id: string,
    actorId: string,
    authorise: (standing: Standing) => void,
  ): Promise<Stored<boolean, DomainEvent>> {
    const row = this.tables.conversations.get(id);
    if (!row) return publishStored(this.events, false);
    authorise(standingOf(this.tables, row, actorId));
    this.tables.deleteConversation(id);
    return publishStored(this.events, true, conversationDeleted(id));
  }

  private ofPair(pair: string | null): ConversationRow | undefined {
    return pair === null ? undefined : [...this.tables.conversations.values()].find((row) => row.directKey === pair);
  }
}
