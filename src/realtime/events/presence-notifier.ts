import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { KeyedQueue } from '../../common/keyed-queue.js';
import { Events } from '../../domain-events.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { OnlineUsers } from '../../presence/online-users.js';
import type { PresenceView } from '../../presence/presence.dto.js';
import { PresenceService } from '../../presence/presence.service.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';
import type { ChatServer, ChatSocket } from '../gateway/socket-types.js';
import { conversationRoom, socketsIn, userRoom } from '../rooms.js';

/** Viewers whose permission one query checks. */
const VIEWERS_PER_QUERY = 200;

/**
 * Counts the connections of users in `OnlineUsers`, stores when they were last seen, and emits `presence:changed` to the
 * sockets that watch them. The command `presence:watch` sets the users that a socket watches.
 *
 * Permissions are checked in the database before each event, so that nothing is shown after a membership has ended or a user
 * was blocked. A socket receives only states that differ from the one it received last.
 */
@Injectable()
export class PresenceNotifier implements RealtimeComponent {
  /** Watched user → the sockets that watch them. */
  private readonly watchers = new Map<string, Set<ChatSocket>>();
  /** Keys of tasks that are queued and have not started. */
  private readonly queuedTasks = new Set<string>();
  /** Settles when all last-seen times recorded so far are stored. */
  private lastSeenStored: Promise<void> = Promise.resolve();
  private io: ChatServer | undefined;

  constructor(
    private readonly presence: PresenceService,
    private readonly online: OnlineUsers,
    private readonly events: Events,
    private readonly queue: KeyedQueue,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onServerReady(io: ChatServer): void {
    this.io = io;
    this.online.observe({
      online: (userId) => {
        this.notifyWatchersOf(userId);
      },
      disconnectedHere: (userId, at) => {
        this.recordLastSeen([userId], at);
      },
      offline: (userId) => {
        // The event contains the last-seen time.
        void this.lastSeenStored.then(() => {
          this.notifyWatchersOf(userId);
        });
      },
    });
    this.events.on('conversation.added', ({ userId }) => {
      this.recheck(userId);
    });
    this.events.on('conversation.removed', ({ userId }) => {
      this.recheck(userId);
    });
    this.events.on('conversation.deleted', ({ conversationId }) => {
      for (const socket of socketsIn(io, conversationRoom(conversationId))) this.recheck(socket.data.actor.userId);
    });
    this.events.on('block.changed', ({ userId, blockedId }) => {
      this.recheck(userId);
      this.recheck(blockedId);
    });
  }

  onSocketConnected({ data }: ChatSocket): void {
    this.online.connected(data.actor.userId);
  }

  onSocketClosed(socket: ChatSocket): void {
    this.online.disconnected(socket.data.actor.userId);
    this.unwatch(socket);
  }

  /** Makes the socket watch these users, in place of those before. @returns the present state of each */
  async watch(socket: ChatSocket, userIds: readonly string[]): Promise<PresenceView[]> {
    this.unwatch(socket);
    const watched = new Map<string, boolean | null>(userIds.map((userId) => [userId, null]));
    if (socket.connected) {
      socket.data.watchedUsers = watched;
      for (const userId of userIds) {
        this.watchers.set(userId, (this.watchers.get(userId) ?? new Set()).add(socket));
      }
    }
    const states = await this.presence.states(socket.data.actor.userId, userIds);
    for (const { userId, online } of states) watched.set(userId, online);
    return states;
  }

  /** Stores, before a shutdown, that all users of this node were last seen now. `ConnectionDrainer` calls it. */
  async drain(): Promise<void> {
    await this.presence.recordAllLastSeen().catch(this.logFailure);
  }

  /** Stores when users were last seen. `ClusterBridge` calls it for the users of a dead node. */
  recordLastSeen(userIds: readonly string[], at: Date): void {
    const stored = this.presence.recordLastSeen(userIds, at).catch(this.logFailure);
    this.lastSeenStored = Promise.all([this.lastSeenStored, stored]).then(() => undefined);
  }

  private unwatch(socket: ChatSocket): void {
    for (const userId of socket.data.watchedUsers?.keys() ?? []) {
      const watchers = this.watchers.get(userId);
      watchers?.delete(socket);
      if (watchers?.size === 0) this.watchers.delete(userId);
    }
    delete socket.data.watchedUsers;
  }

  /** The permissions of a user may have changed, as a viewer and as a watched user. */
  private recheck(userId: string): void {
    this.notifyWatchersOf(userId);
    if (this.socketsOf(userId).every(({ data }) => !data.watchedUsers)) return;
    this.enqueue(`watched by ${userId}`, async () => {
      for (const socket of this.socketsOf(userId)) {
        const states = await this.presence.states(userId, [...(socket.data.watchedUsers?.keys() ?? [])]);
        for (const state of states) emitIfChanged(socket, state);
      }
    });
  }

  private notifyWatchersOf(userId: string): void {
    if (!this.watchers.has(userId)) return;
    this.enqueue(`watchers of ${userId}`, async () => {
      const sockets = [...(this.watchers.get(userId) ?? [])];
      const viewers = [...new Set(sockets.map(({ data }) => data.actor.userId))];
      for (let done = 0; done < viewers.length; done += VIEWERS_PER_QUERY) {
        const states = await this.presence.stateForViewers(userId, viewers.slice(done, done + VIEWERS_PER_QUERY));
        for (const socket of sockets) {
          const state = states.get(socket.data.actor.userId);
          if (state) emitIfChanged(socket, state);
        }
      }
    });
  }

  /** Runs `task` after the earlier ones of its key; not at all if one that has not started is queued already. */
  private enqueue(key: string, task: () => Promise<void>): void {
    if (this.queuedTasks.has(key)) return;
    this.queuedTasks.add(key);
    void this.queue
      .run(key, () => {
        this.queuedTasks.delete(key);
        return task();
      })
      .catch(this.logFailure);
  }

  private socketsOf(userId: string): ChatSocket[] {
    return this.io ? socketsIn(this.io, userRoom(userId)) : [];
  }

  private readonly logFailure = (error: unknown): void => {
    this.log.error({ err: error }, 'presence: update failed');
  };
}

function emitIfChanged(socket: ChatSocket, state: PresenceView): void {
  const watched = socket.data.watchedUsers;
  if (!socket.connected || !watched?.has(state.userId) || watched.get(state.userId) === state.online) return;
  watched.set(state.userId, state.online);
  socket.emit('presence:changed', state);
}
