import type { ChatMessage, Member, MessagesState, Notice } from '@gochat/client';

/** A stored message for specs, sent by Ada at minute `seq` after ten. */
export function messageOf(seq: number, changes: Partial<ChatMessage> = {}): ChatMessage {
  return {
    id: `m${seq}`,
    conversationId: 'c',
    seq,
    kind: 'text',
    sender: { id: 'ada', username: 'ada', displayName: 'Ada', avatarUrl: null },
    text: `message ${seq}`,
    replyTo: null,
    mentions: [],
    reactions: [],
    metadata: null,
    createdAt: new Date(2026, 10, 20, 10, seq).toISOString(),
    editedAt: null,
    deletedAt: null,
    status: 'sent',
    error: null,
    hasPendingChange: false,
    ...changes,
  };
}

/** A fully loaded message list for specs. */
export function stateOf(items: readonly ChatMessage[], changes: Partial<MessagesState> = {}): MessagesState {
  return { items, hasBefore: false, hasAfter: false, notices: [], isLoaded: true, loading: null, ...changes };
}

/** A notice for specs: Bob joined after message `afterSeq`. */
export function noticeOf(id: string, afterSeq: number): Notice {
  return { id, kind: 'joined', userId: 'bob', by: null, afterSeq, at: '2026-11-20T10:00:00.000Z' };
}

/** A member for specs. Without a username the account is deleted. */
export function memberOf(id: string, username: string | null, displayName: string | null): Member {
  const user = { id, username, displayName, avatarUrl: null, about: null, createdAt: '', deleted: username === null };
  return {
    conversationId: 'c',
    user,
    role: 'member',
    joinedAt: '',
    readSeq: 0,
    deliveredSeq: 0,
    online: false,
    rev: 1,
  };
}
