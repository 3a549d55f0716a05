import { Injectable } from '@nestjs/common';

import { ProgressService } from '../../sync/stream-positions.store.js';
import { type ChatServer, userRoom } from '../gateway/socket-types.js';
import { Behind, type Check, chunks } from './reconciler.js';
import { Memberships } from './room-memberships.js';
import { Told } from '../cluster/stream-positions.js';

/** Compares what is private to the users who have sockets here, and which conversations they are in. */
@Injectable()
export class UserCheck implements Check {
  private readonly states = new Behind();
  private readonly places = new Behind();
  private io: ChatServer | undefined;

  constructor(
    private readonly progress: ProgressService,
    private readonly told: Told,
    private readonly memberships: Memberships,
  ) {}

  attach(io: ChatServer): void {
    this.io = io;
    this.memberships.attach(io);
  }

  async look(): Promise<void> {
    this.states.beginRound();
    this.places.beginRound();
    for (const told of chunks(this.told.stateRevs)) {
      const known = told.map(([userId, stateRev]) => [userId, stateRev, this.memberships.count(userId)] as const);
      for (const [userId, { stateRev, conversations }] of await this.progress.usersBeyond(known)) {
        await this.settleState(userId, stateRev);
        await this.settlePlaces(userId, conversations);
      }
    }
  }

  private async settleState(userId: string, stateRev: number): Promise<void> {
    const told = this.told.stateRevs.get(userId);
    if (told === undefined || told >= stateRev || !this.states.isLost(userId, told, stateRev)) return;
    const change = await this.progress.ownChange(userId, stateRev);
    if (change) this.io?.local.to(userRoom(userId)).emit('conversation:me', change);
    this.told.stateRev(userId, stateRev);
  }

  private async settlePlaces(userId: string, conversations: number): Promise<void> {
    const count = this.memberships.count(userId);
    if (count === null || count === conversations) return;
    if (this.places.isLost(userId, 0, 1)) await this.memberships.mend(userId);
  }
}
