import { Injectable } from '@nestjs/common';

import { StreamPositionsService } from '../../sync/stream-positions.store.js';
import { type ChatServer, userRoom } from '../gateway/socket-types.js';
import { LagDetector, type Reconciler, chunks } from './reconciler.js';
import { RoomMemberships } from './room-memberships.js';
import { StreamPositions } from '../cluster/stream-positions.js';

/** Compares what is private to the users who have sockets here, and which conversations they are in. */
@Injectable()
export class UserReconciler implements Reconciler {
  private readonly states = new LagDetector();
  private readonly places = new LagDetector();
  private io: ChatServer | undefined;

  constructor(
    private readonly progress: StreamPositionsService,
    private readonly told: StreamPositions,
    private readonly memberships: RoomMemberships,
  ) {}

  onServerReady(io: ChatServer): void {
    this.io = io;
    this.memberships.attach(io);
  }

  async reconcile(): Promise<void> {
    this.states.beginRound();
    this.places.beginRound();
    for (const told of chunks(this.told.stateRevs)) {
      const known = told.map(([userId, stateRev]) => [userId, stateRev, this.memberships.count(userId)] as const);
      for (const [userId, { stateRev, conversations }] of await this.progress.usersBeyond(known)) {
        await this.confirmStateLag(userId, stateRev);
        await this.reconcileMemberships(userId, conversations);
      }
    }
  }

  private async confirmStateLag(userId: string, stateRev: number): Promise<void> {
    const told = this.told.stateRevs.get(userId);
    if (told === undefined || told >= stateRev || !this.states.isLost(userId, told, stateRev)) return;
    const change = await this.progress.ownChange(userId, stateRev);
    if (change) this.io?.local.to(userRoom(userId)).emit('conversation:me', change);
    this.told.advanceUser(userId, stateRev);
  }

  private async reconcileMemberships(userId: string, conversations: number): Promise<void> {
    const count = this.memberships.count(userId);
    if (count === null || count === conversations) return;
    if (this.places.isLost(userId, 0, 1)) await this.memberships.repair(userId);
  }
}
