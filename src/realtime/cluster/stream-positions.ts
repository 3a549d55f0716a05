import type { DomainEvents } from '../../domain-events.js';
import { type ChatServer, conversationRoom, userRoom } from '../gateway/socket-types.js';
import type { RemoteEvent } from '../fanout/socketio-internals.js';

/**
 * How far this node has told its own sockets, in each conversation (`rev`) and to each user (`stateRev`) that it has sockets
 * of: by its own events and by those of other nodes. A number that was passed over counts as told, as clients notice.
 */
export class StreamPositions {
  readonly revs = new Map<string, number>();
  readonly stateRevs = new Map<string, number>();
  /** Since when each conversation is followed: a {@link clock}. */
  private readonly begun = new Map<string, number>();
  private moments = 0;
  private rooms: ReadonlyMap<string, unknown> = new Map();

  /** Follows the rooms of `io`: what has no socket any more is forgotten. */
  attach(io: ChatServer): void {
    const { adapter } = io.of('/');
    this.rooms = adapter.rooms;
    adapter.on('delete-room', (room: string) => {
      const id = idOf(room);
      if (room === conversationRoom(id)) this.forget(id);
      else if (room === userRoom(id)) this.stateRevs.delete(id);
    });
  }

  /** Now: a number to ask {@link trackedSince} with later. */
  get clock(): number {
    return this.moments;
  }

  /** Whether this node has begun to follow a conversation after that {@link moment}, or does not. */
  trackedSince(moment: number, conversationId: string): boolean {
    return (this.begun.get(conversationId) ?? Infinity) > moment;
  }

  /** Another node has told a user's sockets on this one. */
  onPrivateEvent({ payload, room = '' }: RemoteEvent): void {
    const { stateRev } = payload as DomainEvents['conversation.me'];
    this.advanceUser(idOf(room), stateRev);
  }

  /** Somebody has come to this node, and will know as much; where they are the first, it is what was told. */
  trackUser(userId: string, stateRev: number, revs: ReadonlyMap<string, number>): void {
    if (!this.stateRevs.has(userId)) this.advanceUser(userId, stateRev);
    for (const [id, rev] of revs) this.track(id, rev);
  }

  /** The first of those in a conversation have come to this node, and will know as much. */
  track(conversationId: string, rev: number): void {
    if (!this.revs.has(conversationId)) this.advance(conversationId, rev);
  }

  /** A change of a conversation was told here. */
  advance(conversationId: string, rev: number): void {
    if (!this.rooms.has(conversationRoom(conversationId))) return;
    if (!this.begun.has(conversationId)) this.begun.set(conversationId, ++this.moments);
    raise(this.revs, conversationId, rev);
  }

  /** What was to be told after that was not. */
  rewind(conversationId: string, rev: number): void {
    const known = this.revs.get(conversationId);
    if (known !== undefined) this.revs.set(conversationId, Math.min(known, rev));
  }

  /** A change of what is private to a user was told here. */
  advanceUser(userId: string, stateRev: number): void {
    if (this.rooms.has(userRoom(userId))) raise(this.stateRevs, userId, stateRev);
  }

  private forget(conversationId: string): void {
    this.revs.delete(conversationId);
    this.begun.delete(conversationId);
  }
}

const idOf = (room: string): string => room.slice(room.indexOf(':') + 1);

function raise(numbers: Map<string, number>, id: string, number: number): void {
  if ((numbers.get(id) ?? -1) < number) numbers.set(id, number);
}
