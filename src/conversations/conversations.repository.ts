import { Injectable } from '@nestjs/common';

import type { Stored } from '../common/event-bus.js';
import { fold } from '../common/text.js';
import type { DomainEvent } from '../domain-events.js';
import { Database, prefixRange } from '../infrastructure/database/database.js';
import { isDuplicate } from '../infrastructure/database/driver-errors.js';
import { GroupCommit } from '../infrastructure/database/group-commit.js';
import {
  conversationViews,
  type ForUserRow,
  SELECT_FOR_USER,
  SELECT_OF_USER,
  sharedConversation,
  standingOf,
} from '../read-models/conversation.queries.js';
import type { ConversationView, SharedConversationView } from '../read-models/conversation.view.dto.js';
import { createConversation } from './conversation-create.queries.js';
import { conversationAdded, conversationDeleted, conversationUpdated } from './conversation-events.js';
import type { Standing } from './conversation.js';
import { deleteConversation, lockStanding } from './conversations.queries.js';
import {
  ConversationStore,
  type CreateResult,
  type Details,
  type NewConversation,
  type PageStart,
  type RenameCommand,
} from './conversations.store.js';

@Injectable()
export class ConversationsRepository extends ConversationStore {
  constructor(
    private readonly database: Database,
    private readonly commits: GroupCommit<DomainEvent>,
  ) {
    super();
  }

  override async create(conversation: NewConversation): Promise<Stored<CreateResult, DomainEvent>> {
    const create = (): Promise<Stored<CreateResult, DomainEvent>> =>
      this.commits.change(conversation.id, async (tx) => {
        const result = await createConversation(tx, conversation);
        return { result, events: result.created ? conversationAdded(result.views) : [] };
      });
    try {
      return await create();
    } catch (error) {
      // Another node created it at the same time: the second attempt finds it.
      if (isDuplicate(error)) return create();
      throw error;
    }
  }

  override async standing(id: string, userId: string): Promise<Standing | null> {
    const [row] = await this.database.rows<ForUserRow>(`${SELECT_FOR_USER} WHERE c.id = ?`, [userId, id]);
    return row ? standingOf(row, userId) : null;
  }

  override async view(id: string, userId: string): Promise<ConversationView | null> {
    const rows = await this.database.rows<ForUserRow>(`${SELECT_FOR_USER} WHERE c.id = ?`, [userId, id]);
    const [view] = await conversationViews(this.database, rows);
    return view ?? null;
  }

  override async inbox(
    userId: string,
    archived: boolean,
    after: PageStart,
    limit: number,
  ): Promise<ConversationView[]> {
    // The inner query finds the page by indexes alone; the outer one reads the rows of that page only.
    const rows = await this.database.rows<ForUserRow>(
      `${SELECT_OF_USER}
       JOIN (SELECT c.id FROM members m JOIN conversations c ON c.id = m.conversation_id
             WHERE m.user_id = ? AND m.left_at IS NULL
             AND ${archived ? 'm.archived_seq = c.last_seq' : '(m.archived_seq IS NULL OR m.archived_seq <> c.last_seq)'}
             ${after ? 'AND (c.active_at < ? OR (c.active_at = ? AND c.id < ?))' : ''}
             ORDER BY c.active_at DESC, c.id DESC LIMIT ${limit}) AS page ON page.id = c.id
       ORDER BY c.active_at DESC, c.id DESC`,
      [userId, userId, ...(after ? [new Date(after[0]), new Date(after[0]), after[1]] : [])],
    );
    return conversationViews(this.database, rows);
  }

  override async discover(
    prefix: string,
    userId: string,
    after: PageStart,
    limit: number,
  ): Promise<ConversationView[]> {
    const rows = await this.database.rows<ForUserRow>(
      `${SELECT_FOR_USER}
       WHERE c.type = 'room' AND c.title_folded >= ? AND c.title_folded < ?
       ${after ? 'AND (c.title_folded > ? OR (c.title_folded = ? AND c.id > ?))' : ''}
       ORDER BY c.title_folded, c.id LIMIT ${limit}`,
      [userId, ...prefixRange(prefix), ...(after ? [after[0], ...after] : [])],
    );
    return conversationViews(this.database, rows);
  }

  override rename(
    { id, actorId, now }: RenameCommand,
    decide: (standing: Standing) => Details,
  ): Promise<Stored<SharedConversationView | null, DomainEvent>> {
    return this.commits.change(id, async (tx): Promise<Stored<SharedConversationView | null, DomainEvent>> => {
      const standing = await lockStanding(tx, id, actorId);
      if (!standing) return { result: null, events: [] };
      const { title, topic } = decide(standing);
      const changed = title !== standing.conversation.title || topic !== standing.conversation.topic;
      if (changed) {
        tx.runLater(
          'UPDATE conversations SET title = ?, title_folded = ?, topic = ?, updated_at = ?, rev = rev + 1 WHERE id = ?',
          [title, title === null ? null : fold(title), topic, now, id],
        );
      }
      const shared = await sharedConversation(tx, id);
      return { result: shared, events: changed && shared ? [conversationUpdated(shared)] : [] };
    });
  }

  override delete(
    id: string,
    actorId: string,
    authorise: (standing: Standing) => void,
  ): Promise<Stored<boolean, DomainEvent>> {
    return this.commits.change(id, async (tx): Promise<Stored<boolean, DomainEvent>> => {
      const standing = await lockStanding(tx, id, actorId);
      if (!standing) return { result: false, events: [] };
      authorise(standing);
      deleteConversation(tx, id);
      return { result: true, events: [conversationDeleted(id)] };
    });
  }
}
