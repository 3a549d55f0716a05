import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';

import { SessionsService } from '../auth/sessions.service.js';
import { ENV, type Env } from '../config/env.js';
import { LOGGER } from '../delivery/logger.js';
import { Events } from '../events.js';
import { ProgressService } from '../sync/progress.service.js';
import { ChangeGate } from './change-gate.js';
import { type ChatServer, conversationRoom, idsOf, userRoom } from './chat-socket.js';
import { Here } from './here.js';
import { Memberships } from './memberships.js';
import { Nodes } from './nodes.js';
import { Told } from './told.js';

/** From the beginning of one round to that of the next; what is amiss in two rounds is mended: within 10 s. */
const ROUND_MS = 3_000;
/** How many rows one query asks for. */
const CHUNK = 500;

/**
 * Finds in the database what this node's sockets were not told: events of other nodes that were lost on their way, or never
 * left. What another node has just stored is on its way still, so that only what is behind for a whole round counts.
 */
@Injectable()
export class AntiEntropy implements OnApplicationShutdown {
  /** Behind in the last round, each with how far it had come then. */
  private behind = new Map<string, number>();
  private readonly looking = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private isRunning = false;
  private isFailing = false;
  private io: ChatServer | undefined;

  constructor(
    private readonly progress: ProgressService,
    private readonly sessions: SessionsService,
    private readonly memberships: Memberships,
    private readonly gate: ChangeGate,
    private readonly here: Here,
    private readonly nodes: Nodes,
    private readonly told: Told,
    private readonly events: Events,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Begins to look after the sockets of `io`. A SQLite file has one node only. */
  attach(io: ChatServer): void {
    this.memberships.attach(io);
    if (this.env.databaseUrl === null) return;
    this.io = io;
    this.nodes.onBack(() => this.plan(0));
    this.events.on('conversation.added', ({ conversation: { id } }) => void this.lookSoon(id));
    this.plan(ROUND_MS);
  }

  onApplicationShutdown(): void {
    this.io = undefined;
    clearTimeout(this.timer);
  }

  private plan(inMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.round(), inMs).unref();
  }

  private async round(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    const started = performance.now();
    try {
      await this.look();
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.log.warn({ err: error }, 'could not compare with the database');
      this.isFailing = true;
    }
    this.isRunning = false;
    // However long it takes, as long again belongs to everything else.
    const took = performance.now() - started;
    if (this.io) this.plan(Math.max(ROUND_MS - took, took));
  }

  /** What was stored before this node heard of a conversation that is new here went past it. */
  private async lookSoon(conversationId: string): Promise<void> {
    if (!this.nodes.areJoined || !this.told.revs.has(conversationId) || this.looking.has(conversationId)) return;
    this.looking.add(conversationId);
    await this.nodes.hearing();
    this.looking.delete(conversationId);
    try {
      const rev = (await this.progress.revs([conversationId])).get(conversationId);
      if (rev !== undefined) await this.hint(conversationId, rev);
    } catch {
      // The next round looks again.
    }
  }

  private async hint(conversationId: string, rev: number): Promise<void> {
    const told = this.told.revs.get(conversationId);
    if (told === undefined || told >= rev) return;
    await this.gate.letGo(conversationId, told);
    this.io?.local.to(conversationRoom(conversationId)).emit('conversation:changed', { conversationId, rev });
    this.told.rev(conversationId, rev);
  }

  private async look(): Promise<void> {
    const rooms = [...(this.io?.of('/').adapter.rooms.keys() ?? [])];
    const before = this.behind;
    this.behind = new Map();
    for (const ids of chunks(idsOf('conversation', rooms))) await this.conversations(ids, before);
    for (const ids of chunks(idsOf('user', rooms))) await this.users(ids, before);
    for (const ids of chunks(idsOf('session', rooms))) await this.ended(ids);
  }

  private async conversations(ids: readonly string[], before: ReadonlyMap<string, number>): Promise<void> {
    const revs = await this.progress.revs(ids);
    for (const conversationId of ids) {
      const rev = revs.get(conversationId) ?? Infinity;
      const told = this.told.revs.get(conversationId);
      // Not known: its first sockets are being subscribed.
      if (told === undefined || told >= rev) continue;
      if (!this.wasBehind(before, conversationId, told, rev)) continue;
      if (rev === Infinity) this.here.announce('conversation.deleted', { conversationId });
      else await this.hint(conversationId, rev);
    }
  }

  private async users(ids: readonly string[], before: ReadonlyMap<string, number>): Promise<void> {
    const users = await this.progress.users(ids);
    for (const [userId, { stateRev, conversations }] of users) {
      const told = this.told.stateRevs.get(userId);
      if (told !== undefined && this.wasBehind(before, `private ${userId}`, told, stateRev)) {
        const change = await this.progress.ownChange(userId, stateRev);
        if (change) this.io?.local.to(userRoom(userId)).emit('conversation:me', change);
        this.told.stateRev(userId, stateRev);
      }
      if (this.memberships.areIn(userId, conversations)) continue;
      if (this.wasBehind(before, `rooms of ${userId}`, 0, 1)) await this.memberships.mend(userId);
    }
  }

  private async ended(ids: readonly string[]): Promise<void> {
    for (const ended of await this.sessions.ended(ids)) this.here.announce('session.ended', ended);
  }

  /** Notes that something has come further than was told. @returns whether that is so since the last round */
  private wasBehind(before: ReadonlyMap<string, number>, key: string, told: number, now: number): boolean {
    if (told >= now) return false;
    const then = before.get(key);
    if (then !== undefined && told < then) return true;
    this.behind.set(key, now);
    return false;
  }
}

function* chunks(ids: readonly string[]): Generator<readonly string[]> {
  for (let done = 0; done < ids.length; done += CHUNK) yield ids.slice(done, done + CHUNK);
}
