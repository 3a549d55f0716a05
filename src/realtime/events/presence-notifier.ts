import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { OnlineUsers } from '../../presence/online-users.js';
import { KeyedQueue } from '../../common/keyed-queue.js';
import type { PresenceView } from '../../presence/presence.dto.js';
import { PresenceService } from '../../presence/presence.service.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { Events } from '../../domain-events.js';
import { type ChatServer, type ChatSocket, conversationRoom, userRoom } from '../gateway/socket-types.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';

/** Viewers whose permission is asked with one query. */
const CHUNK = 200;

/**
 * Tells sockets about those whom they watch. Who may know of whom is asked anew each time, so that nothing is shown
 * after a membership ended or somebody blocked somebody; each socket hears only of what differs from what it heard.
 */
@Injectable()
export class PresenceNotifier implements RealtimeComponent {
  /** Watched user → the sockets that watch them. */
  private readonly watchers = new Map<string, Set<ChatSocket>>();
  private readonly due = new Set<string>();
  private noting: Promise<void> = Promise.resolve();
  private io: ChatServer | undefined;

  constructor(
    private readonly presence: PresenceService,
    private readonly online: OnlineUsers,
    private readonly events: Events,
    private readonly turns: KeyedQueue,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Begins to announce over `io`. */
  onServerReady(io: ChatServer): void {
    this.io = io;
    this.online.observe({
      online: (userId) => {
        this.announce(userId);
      },
      disconnectedHere: (userId, at) => {
        this.note([userId], at);
      },
      offline: (userId) => {
        void this.noting.then(() => {
          this.announce(userId);
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
      for (const socket of this.socketsIn(conversationRoom(conversationId))) this.recheck(socket.data.actor.userId);
    });
    this.events.on('block.changed', ({ userId, blockedId }) => {
      this.recheck(userId);
      this.recheck(blockedId);
    });
  }

  /** From now on the socket hears of those users and of no others. @returns how each is now */
  async watch(socket: ChatSocket, userIds: readonly string[]): Promise<PresenceView[]> {
    this.onSocketClosed(socket);
    const told = new Map<string, boolean | null>(userIds.map((userId) => [userId, null]));
    if (socket.connected) {
      socket.data.watching = told;
      for (const userId of userIds) {
        this.watchers.set(userId, (this.watchers.get(userId) ?? new Set()).add(socket));
      }
    }
    const states = await this.presence.states(socket.data.actor.userId, userIds);
    for (const { userId, online } of states) told.set(userId, online);
    return states;
  }

  /** The socket hears of nobody any more. */
  onSocketClosed(socket: ChatSocket): void {
    for (const userId of socket.data.watching?.keys() ?? []) {
      const watching = this.watchers.get(userId);
      watching?.delete(socket);
      if (watching?.size === 0) this.watchers.delete(userId);
    }
    delete socket.data.watching;
  }

  /** Notes, before a shutdown, when everybody was last here. */
  async drain(): Promise<void> {
    await this.presence.recordAllLastSeen().catch(this.failed);
  }

  /** Notes when users were last here; who is told that they have gone, is told after that. */
  note(userIds: readonly string[], at: Date): void {
    this.noting = Promise.all([this.noting, this.presence.recordLastSeen(userIds, at).catch(this.failed)]).then(
      () => undefined,
    );
  }

  /** What a user may know, and who may know of them, could have changed. */
  private recheck(userId: string): void {
    this.announce(userId);
    if (this.socketsIn(userRoom(userId)).every(({ data }) => !data.watching)) return;
    this.soon(`watched by ${userId}`, async () => {
      for (const socket of this.socketsIn(userRoom(userId))) {
        const states = await this.presence.states(userId, [...(socket.data.watching?.keys() ?? [])]);
        for (const state of states) show(socket, state);
      }
    });
  }

  /** Shows a user to whoever watches them. */
  private announce(userId: string): void {
    if (!this.watchers.has(userId)) return;
    this.soon(`watchers of ${userId}`, async () => {
      const sockets = [...(this.watchers.get(userId) ?? [])];
      const viewers = [...new Set(sockets.map(({ data }) => data.actor.userId))];
      for (let done = 0; done < viewers.length; done += CHUNK) {
        const states = await this.presence.seenBy(userId, viewers.slice(done, done + CHUNK));
        for (const socket of sockets) {
          const state = states.get(socket.data.actor.userId);
          if (state) show(socket, state);
        }
      }
    });
  }

  /** Runs `task` after those of its key, once for all that asked before it began. */
  private soon(key: string, task: () => Promise<void>): void {
    if (this.due.has(key)) return;
    this.due.add(key);
    void this.turns
      .run(key, () => {
        this.due.delete(key);
        return task();
      })
      .catch(this.failed);
  }

  private socketsIn(room: string): ChatSocket[] {
    const namespace = this.io?.of('/');
    const ids = [...(namespace?.adapter.rooms.get(room) ?? [])];
    return ids.flatMap((id) => namespace?.sockets.get(id) ?? []);
  }

  private readonly failed = (error: unknown): void => {
    this.log.error({ err: error }, 'could not tell who is online');
  };
}

function show(socket: ChatSocket, state: PresenceView): void {
  const told = socket.data.watching;
  if (!socket.connected || !told?.has(state.userId) || told.get(state.userId) === state.online) return;
  told.set(state.userId, state.online);
  socket.emit('presence:changed', state);
}
