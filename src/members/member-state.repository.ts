import { Injectable } from '@nestjs/common';

import { Database, isoTimeOrNull } from '../infrastructure/database/database.js';
import type { Row } from '../infrastructure/database/transaction.js';
import { authoriseMember, type Conversation } from '../conversations/conversation.js';
import { ownMembership, SELECT_FOR_USER, standingOf } from '../read-models/conversation.queries.js';
import { type MemberState, type MemberStateChange, MemberStateStore } from './member-state.store.js';

@Injectable()
export class MemberStateRepository extends MemberStateStore {
  constructor(private readonly database: Database) {
    super();
  }

  override change(
    conversationId: string,
    userId: string,
    decide: (state: MemberState, conversation: Conversation) => MemberState | null,
  ): Promise<{ changed: boolean; memberCount: number; change: MemberStateChange } | null> {
    return this.database.write(async (tx) => {
      // The user's row orders the changes of their private log.
      const [user] = await tx.rows(`SELECT state_rev FROM users WHERE id = ?${tx.forUpdate}`, [userId]);
      const read = async (): Promise<Row | undefined> =>
        (await tx.rows(`${SELECT_FOR_USER} WHERE c.id = ?`, [userId, conversationId]))[0];
      const before = await read();
      if (!user || !before) return null;
      const standing = standingOf(before, userId);
      authoriseMember(standing);
      const next = decide(ownStateOf(before), standing.conversation);
      const stateRev = Number(user['state_rev']) + (next ? 1 : 0);
      if (next) {
        await tx.run('UPDATE users SET state_rev = ? WHERE id = ?', [stateRev, userId]);
        // A message of one's own may move the markers meanwhile: they still only go forward.
        await tx.run(
          `UPDATE members SET state_rev = ?, muted_until = ?, pinned = ?, archived_seq = ?,
             read_seq = CASE WHEN read_seq < ? THEN ? ELSE read_seq END,
             delivered_seq = CASE WHEN delivered_seq < ? THEN ? ELSE delivered_seq END
           WHERE conversation_id = ? AND user_id = ?`,
          [
            stateRev,
            next.mutedUntil,
            next.pinned,
            next.archivedSeq,
            next.readSeq,
            next.readSeq,
            next.deliveredSeq,
            next.deliveredSeq,
            conversationId,
            userId,
          ],
        );
      }
      const me = ownMembership((await read()) ?? before);
      if (!me) return null;
      const { memberCount } = standing.conversation;
      return { changed: next !== null, memberCount, change: { userId, conversationId, stateRev, me } };
    });
  }
}

function ownStateOf(row: Row): MemberState {
  const mutedUntil = isoTimeOrNull(row['muted_until']);
  return {
    readSeq: Number(row['read_seq']),
    deliveredSeq: Number(row['delivered_seq']),
    mutedUntil: mutedUntil === null ? null : new Date(mutedUntil),
    pinned: Number(row['pinned']) === 1,
    archivedSeq: row['archived_seq'] === null ? null : Number(row['archived_seq']),
  };
}
