import { Injectable } from '@nestjs/common';

import { Clock } from '../common/clock.js';
import { OnlineUsers } from './online-users.js';
import { BlockStore } from '../blocks/blocks.store.js';
import type { PresenceView } from './presence.dto.js';
import { PresenceStore } from './presence.store.js';

/** Who is online, as far as whoever asks may know. */
@Injectable()
export class PresenceService {
  constructor(
    private readonly presence: PresenceStore,
    private readonly blocks: BlockStore,
    private readonly online: OnlineUsers,
    private readonly clock: Clock,
  ) {}

  /** Each of those users as `viewerId` may see them; somebody unknown to them is offline, and was never seen. */
  async states(viewerId: string, userIds: readonly string[]): Promise<PresenceView[]> {
    const known = await this.presence.visibleTo(viewerId, userIds);
    return userIds.map((userId) => this.state(userId, known.has(userId), known.get(userId) ?? null));
  }

  /** One user as each of several viewers may see them. */
  async seenBy(userId: string, viewerIds: readonly string[]): Promise<Map<string, PresenceView>> {
    const known = await this.presence.visibleTo(userId, viewerIds);
    const lastSeenAt = await this.presence.lastSeen(userId);
    return new Map(viewerIds.map((viewerId) => [viewerId, this.state(userId, known.has(viewerId), lastSeenAt)]));
  }

  /** Those of the users, who are in a conversation with `viewerId`, that `viewerId` sees online. */
  async onlineFor(viewerId: string, userIds: readonly string[]): Promise<Set<string>> {
    const online = userIds.filter((userId) => this.online.has(userId));
    const hidden = new Set(await this.blocks.among(viewerId, online));
    return new Set(online.filter((userId) => !hidden.has(userId)));
  }

  /** Whether somebody shows as online in what everybody is told: not who is in a block with anybody. */
  isOnlineForAll(userId: string, inBlocks: readonly string[]): boolean {
    return this.online.has(userId) && !inBlocks.includes(userId);
  }

  /** Notes when the last connections of users ended. */
  async recordLastSeen(userIds: readonly string[], at: Date): Promise<void> {
    await this.presence.setLastSeen(userIds, at);
  }

  /** Notes that everybody who is here is about to be cut off. */
  async recordAllLastSeen(): Promise<void> {
    await this.presence.setLastSeen(this.online.allHere(), this.clock.now());
  }

  private state(userId: string, isKnown: boolean, lastSeenAt: string | null): PresenceView {
    const online = isKnown && this.online.has(userId);
    return { userId, online, lastSeenAt: online ? this.clock.now().toISOString() : isKnown ? lastSeenAt : null };
  }
}
