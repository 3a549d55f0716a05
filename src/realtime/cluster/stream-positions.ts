import type { DomainEvents } from '../../domain-events.js';
import type { RemoteEvent } from '../fanout/socketio-internals.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { conversationRoom, idOfRoom, userRoom } from '../rooms.js';

/**
 * The position of each stream on this node: the last `rev` delivered to the sockets of a conversation, and the last
 * `stateRev` delivered to the sockets of a user, by this node's events and by those of other nodes. A number that was skipped
 * counts as delivered, because clients detect the gap themselves.
 *
 * `EventSequencer` advances it with each change and finds gaps by it. `AntiEntropy` compares it with the database. An entry
 * exists only while its room has sockets on this node.
 */
export class StreamPositions implements RealtimeComponent {
  /** Last delivered `rev` by conversation. */
  readonly revs = new Map<string, number>();
  /** Last delivered `stateRev` by user. */
  readonly stateRevs = new Map<string, number>();
  /** By conversation: the value of the logical clock when this node began to track it. */
  private readonly trackedAt = new Map<string, number>();
  private ticks = 0;
  private rooms: ReadonlyMap<string, unknown> = new Map();

  /** Removes an entry when the last socket leaves its room. */
  onServerReady(io: ChatServer): void {
    const { adapter } = io.of('/');
    this.rooms = adapter.rooms;
    adapter.on('delete-room', (room: string) => {
      const id = idOfRoom(room);
      if (room === conversationRoom(id)) this.untrack(id);
      else if (room === userRoom(id)) this.stateRevs.delete(id);
    });
  }

  /** Logical clock. Each conversation that this node begins to track advances it by 1. */
  get clock(): number {
    return this.ticks;
  }

  /** Whether this node began to track the conversation after the `clock` showed `time`, or does not track it. */
  trackedSince(time: number, conversationId: string): boolean {
    return (this.trackedAt.get(conversationId) ?? Infinity) > time;
  }

  /** Another node has emitted `conversation:me` to a user's sockets. `RemoteEvents` calls it. */
  onPrivateEvent({ payload, room = '' }: RemoteEvent): void {
    const { stateRev } = payload as DomainEvents['conversation.me'];
    this.advanceUser(idOfRoom(room), stateRev);
  }

  /**
   * A socket of the user has joined its rooms, with positions read from the database, to which its client will sync.
   * Streams that are tracked already keep their position.
   */
  trackUser(userId: string, stateRev: number, revs: ReadonlyMap<string, number>): void {
    if (!this.stateRevs.has(userId)) this.advanceUser(userId, stateRev);
    for (const [id, rev] of revs) this.track(id, rev);
  }

  /** Begins to track a conversation at `rev`, unless it is tracked already. */
  track(conversationId: string, rev: number): void {
    if (!this.revs.has(conversationId)) this.advance(conversationId, rev);
  }

  /** A change was delivered, or waits in the sequencer for its delivery. */
  advance(conversationId: string, rev: number): void {
    if (!this.rooms.has(conversationRoom(conversationId))) return;
    if (!this.trackedAt.has(conversationId)) this.trackedAt.set(conversationId, ++this.ticks);
    raise(this.revs, conversationId, rev);
  }

  /** Changes after `rev` were discarded before their delivery. */
  rewind(conversationId: string, rev: number): void {
    const position = this.revs.get(conversationId);
    if (position !== undefined) this.revs.set(conversationId, Math.min(position, rev));
  }

  /** A change of a user's private state was delivered. */
  advanceUser(userId: string, stateRev: number): void {
    if (this.rooms.has(userRoom(userId))) raise(this.stateRevs, userId, stateRev);
  }

  private untrack(conversationId: string): void {
    this.revs.delete(conversationId);
    this.trackedAt.delete(conversationId);
  }
}

/** Sets the number of `id`, if it is higher than the present one. */
function raise(numbers: Map<string, number>, id: string, number: number): void {
  if ((numbers.get(id) ?? -1) < number) numbers.set(id, number);
}
