/** Checks a rule of the contract. @throws Error with the message */
export function check(isTrue, message) {
  if (!isTrue) throw new Error(message);
}

/** Rules for every conversation in every answer. */
export function checkConversation({ id, lastSeq, me }) {
  check(me.unreadCount === lastSeq - me.readSeq, `unreadCount of ${id} is ${me.unreadCount}`);
  check(me.unreadCount >= 0, `readSeq of ${id} is ${me.readSeq}, its lastSeq ${lastSeq}`);
  check(me.deliveredSeq >= me.readSeq, `deliveredSeq of ${id} is ${me.deliveredSeq}, its readSeq ${me.readSeq}`);
}

/** A conversation as a device holds it: kept up to date by the entries of a sync and by events in the order of `rev`. */
export class ConversationCopy {
  /**
   * @param entry a conversation in the answer to a sync
   * @param previous the copy that the entry continues; none if the entry is a reset
   */
  constructor({ conversation, rev, messages, members }, previous) {
    /** Every change up to this `rev` is applied. */
    this.known = rev;
    /** Fields that all members share. Their own `rev` may be higher than `known`. */
    this.shared = sharedFacts(conversation);
    this.me = ownFacts(conversation.me);
    /**
     * The lowest `seq` that the copy holds: a reset contains the newest messages only. One without messages begins at 1:
     * `conversation` may be newer than `rev`, so that its `lastSeq` counts messages that are still to arrive.
     */
    this.from = previous?.from ?? Math.min(...messages.map(({ seq }) => seq), messages.length === 0 ? 1 : Infinity);
    this.messages = new Map(previous?.messages);
    this.members = new Map(previous?.members);
    this.idBySeq = new Map(previous?.idBySeq);
    for (const message of messages) this.put(message);
    for (const member of members) {
      if (member.leftAt === undefined) this.members.set(member.user.id, memberFacts(member));
      else this.members.delete(member.user.id);
    }
  }

  /** The copy in the form of the server's snapshot. */
  snapshot() {
    const { archivedSeq, ...me } = this.me;
    const { lastSeq } = this.shared;
    return {
      ...this.shared,
      rev: this.known,
      me: { ...me, unreadCount: lastSeq - me.readSeq, archived: archivedSeq === lastSeq },
      lastMessage: this.messages.get(this.idBySeq.get(lastSeq)) ?? null,
      members: Object.fromEntries(this.members),
      messages: [...this.messages.values()].sort((a, b) => a.seq - b.seq),
    };
  }

  /** Applies an event whose `rev` is the next one. @param userId the owner of the device */
  apply(name, payload, userId) {
    const { rev, message, member, conversation } = payload;
    const { shared, me } = this;
    // The shared fields of a sync may include this change already.
    const isNew = rev > shared.rev;
    switch (name) {
      case 'message:created':
      case 'message:updated':
      case 'message:deleted':
        check(message.rev === rev, `${name} has rev ${rev}, its message ${message.rev}`);
        this.put(message);
        if (name === 'message:created') this.#applyCreated(message, userId);
        break;
      case 'member:joined':
      case 'member:updated':
        check(member.rev >= rev, `${name} has rev ${rev}, its member ${member.rev}`);
        this.members.set(member.user.id, memberFacts(member));
        if (name === 'member:joined' && isNew) shared.memberCount++;
        if (member.user.id === userId) Object.assign(me, { role: member.role, joinedAt: member.joinedAt });
        break;
      case 'member:left':
        this.members.delete(payload.userId);
        if (isNew) shared.memberCount--;
        break;
      case 'conversation:updated':
        if (isNew) Object.assign(shared, sharedFacts(conversation));
        break;
      default:
        throw new Error(`unknown event ${name}`);
    }
    shared.rev = Math.max(shared.rev, rev);
  }

  /** A user's own message is read on all of the user's devices. */
  #applyCreated({ seq, sender }, userId) {
    const { shared, me } = this;
    shared.lastSeq = Math.max(shared.lastSeq, seq);
    if (sender.id !== userId) return;
    me.readSeq = Math.max(me.readSeq, seq);
    me.deliveredSeq = Math.max(me.deliveredSeq, seq);
  }

  /** Applies private state. Markers only advance, since own messages advance them too. */
  applyOwn(me) {
    const own = ownFacts(me);
    Object.assign(this.me, own, {
      role: this.me.role,
      readSeq: Math.max(this.me.readSeq, own.readSeq),
      deliveredSeq: Math.max(this.me.deliveredSeq, own.deliveredSeq),
    });
  }

  /** Keeps the newer version of a message. A `seq` belongs to one message for ever. */
  put(message) {
    if (message.seq < this.from) return;
    const held = this.messages.get(message.id);
    check(!held || held.seq === message.seq, `seq of message ${message.id} changed to ${message.seq}`);
    const holder = this.idBySeq.get(message.seq) ?? message.id;
    check(holder === message.id, `seq ${message.seq} belongs to ${holder} and ${message.id}`);
    this.idBySeq.set(message.seq, message.id);
    if (!held || message.rev >= held.rev) this.messages.set(message.id, messageFacts(message));
  }
}

// The functions below leave out fields that are not in the conversation log.

export function sharedFacts(conversation) {
  const { id, type, title, topic, createdBy, createdAt, updatedAt, lastSeq, rev, memberCount } = conversation;
  return { id, type, title, topic, createdBy, createdAt, updatedAt, lastSeq, rev, memberCount };
}

/** `archived` refers to the last message at the time of the answer, which the unread count reveals. */
function ownFacts({ role, joinedAt, readSeq, deliveredSeq, unreadCount, mutedUntil, pinned, archived }) {
  const archivedSeq = archived ? readSeq + unreadCount : null;
  return { role, joinedAt, readSeq, deliveredSeq, mutedUntil, pinned, archivedSeq };
}

export const memberFacts = ({ role, joinedAt, rev }) => ({ role, joinedAt, rev });

export const messageFacts = ({ sender, replyTo, ...message }) => ({
  ...message,
  senderId: sender.id,
  replyTo: replyTo && { id: replyTo.id, seq: replyTo.seq, senderId: replyTo.senderId },
});
