import { Injectable } from '@nestjs/common';

import { chunks } from '../../common/chunks.js';
import { StreamPositionsRepository } from '../../sync/stream-positions.repository.js';
import { StreamPositions } from '../cluster/stream-positions.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { userRoom } from '../rooms.js';
import { LagDetector, type Reconciler, ROWS_PER_QUERY } from './reconciler.js';
import { RoomMemberships } from './room-memberships.js';

/**
 * Heals lost changes of users' private state, and lost memberships: compares the `stateRev` of each user who has sockets
 * here, and the number of their conversations, with the database. Emits the latest `conversation:me` for the first, and
 * repairs the rooms for the second (`RoomMemberships`). `AntiEntropy` calls it in each sweep.
 */
@Injectable()
export class UserReconciler implements Reconciler {
  private readonly stateLag = new LagDetector();
  private readonly membershipLag = new LagDetector();

  constructor(
    private readonly streams: StreamPositionsRepository,
    private readonly positions: StreamPositions,
    private readonly memberships: RoomMemberships,
  ) {}

  async reconcile(io: ChatServer): Promise<void> {
    this.stateLag.beginSweep();
    this.membershipLag.beginSweep();
    for (const users of chunks(this.positions.stateRevs, ROWS_PER_QUERY)) {
      const known = users.map(([userId, stateRev]) => [userId, stateRev, this.memberships.count(io, userId)] as const);
      for (const [userId, { stateRev, conversations }] of await this.streams.usersBeyond(known)) {
        await this.repairState(io, userId, stateRev);
        await this.repairMemberships(io, userId, conversations);
      }
    }
  }

  private async repairState(io: ChatServer, userId: string, stateRev: number): Promise<void> {
    const position = this.positions.stateRevs.get(userId);
    if (position === undefined || position >= stateRev || !this.stateLag.isLost(userId, position, stateRev)) return;
    const change = await this.streams.ownChange(userId, stateRev);
    if (change) io.local.to(userRoom(userId)).emit('conversation:me', change);
    this.positions.advanceUser(userId, stateRev);
  }

  private async repairMemberships(io: ChatServer, userId: string, conversations: number): Promise<void> {
    const count = this.memberships.count(io, userId);
    if (count === null || count === conversations) return;
    // A count has no position: 0 and 1 stand for "different" in this sweep and in the last.
    if (this.membershipLag.isLost(userId, 0, 1)) await this.memberships.repair(io, userId);
  }
}
