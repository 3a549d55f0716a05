import { Injectable } from '@nestjs/common';

import type { Stored } from '../common/event-bus.js';
import { KeyedQueue } from '../common/keyed-queue.js';
import { authoriseMember, type Conversation } from '../conversations/conversation.js';
import { type DomainEvent, Events } from '../domain-events.js';
import { Database, isoTimeOrNull } from '../infrastructure/database/database.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import {
  type ForUserRow,
  isMemberRow,
  type OfUserRow,
  ownMembership,
  SELECT_FOR_USER,
  standingOf,
} from '../read-models/conversation.queries.js';
import { isSameState, type MemberState, type MemberStateChange, memberStateEvents } from './member-state.js';
import { type MemberStateCommand, MemberStateStore } from './member-state.store.js';

type Decide = (state: MemberState, conversation: Conversation) => MemberState;

@Injectable()
export class MemberStateRepository extends MemberStateStore {
  constructor(
    private readonly database: Database,
    private readonly queue: KeyedQueue,
    private readonly events: Events,
  ) {
    super();
  }

  override change(command: MemberStateCommand, decide: Decide): Promise<Stored<MemberStateChange | null, DomainEvent>> {
    // One change of a user at a time: `conversation.me` is published in the order of `stateRev`.
    return this.queue.run(`user:${command.userId}`, async () => {
      const stored = await this.database.write((tx) => changeState(tx, command, decide));
      this.events.publishAll(stored.events);
      return stored;
    });
  }
}

const NO_CONVERSATION = { result: null, events: [] };

async function changeState(
  tx: Transaction,
  { conversationId, userId, receipt }: MemberStateCommand,
  decide: Decide,
): Promise<Stored<MemberStateChange | null, DomainEvent>> {
  const read = (): Promise<ForUserRow[]> =>
    tx.rows<ForUserRow>(`${SELECT_FOR_USER} WHERE c.id = ?`, [userId, conversationId]);
  // The lock on the user's row orders the changes of the user's private log between nodes.
  const [[user], [row]] = await Promise.all([
    tx.rows<{ state_rev: number }>(`SELECT state_rev FROM users WHERE id = ?${tx.forUpdate}`, [userId]),
    read(),
  ]);
  if (!user || !row) return NO_CONVERSATION;
  const standing = standingOf(row, userId);
  authoriseMember(standing);
  if (!isMemberRow(row)) return NO_CONVERSATION;
  const before = stateOf(row);
  const next = decide(before, standing.conversation);
  const changed = !isSameState(before, next);
  const stateRev = user.state_rev + (changed ? 1 : 0);
  if (changed) writeState(tx, { conversationId, userId, stateRev, next });
  const [written] = changed ? await read() : [row];
  const me = ownMembership(written && isMemberRow(written) ? written : row);
  const after = { userId, conversationId, stateRev, me };
  const { memberCount } = standing.conversation;
  return { result: after, events: memberStateEvents({ before, changed, after, receipt, memberCount }) };
}

function writeState(
  tx: Transaction,
  {
    conversationId,
    userId,
    stateRev,
    next,
  }: Readonly<{ conversationId: string; userId: string; stateRev: number; next: MemberState }>,
): void {
  tx.runLater('UPDATE users SET state_rev = ? WHERE id = ?', [stateRev, userId]);
  // A message that the user sends at the same time may have moved the markers since they were read: they never go back.
  tx.runLater(
    `UPDATE members SET state_rev = ?, muted_until = ?, pinned = ?, archived_seq = ?,
       read_seq = CASE WHEN read_seq < ? THEN ? ELSE read_seq END,
       delivered_seq = CASE WHEN delivered_seq < ? THEN ? ELSE delivered_seq END
     WHERE conversation_id = ? AND user_id = ?`,
    [
      ...[stateRev, next.mutedUntil, next.pinned, next.archivedSeq],
      ...[next.readSeq, next.readSeq, next.deliveredSeq, next.deliveredSeq],
      ...[conversationId, userId],
    ],
  );
}

function stateOf(row: OfUserRow): MemberState {
  const mutedUntil = isoTimeOrNull(row.muted_until);
  return {
    readSeq: row.read_seq,
    deliveredSeq: row.delivered_seq,
    mutedUntil: mutedUntil === null ? null : new Date(mutedUntil),
    pinned: row.pinned === 1,
    archivedSeq: row.archived_seq,
  };
}
