import type { ChatMessage, Member, MessagesState, Notice } from '@gochat/client';

/** For specs: a message of somebody at some minute of a day, stored unless told otherwise. */
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

/** For specs: a list that is whole. */
export function stateOf(items: readonly ChatMessage[], changes: Partial<MessagesState> = {}): MessagesState {
  return { items, hasBefore: false, hasAfter: false, notices: [], isLoaded: true, loading: null, ...changes };
}

/** For specs: somebody joined. */
export function noticeOf(id: string, afterSeq: number): Notice {
  return { id, kind: 'joined', userId: 'bob', by: null, afterSeq, at: '2026-11-20T10:00:00.000Z' };
}

/** For specs: somebody in a conversation. */
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
