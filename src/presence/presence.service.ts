import { Injectable } from '@nestjs/common';

import { BlockStore } from '../blocks/blocks.store.js';
import { Clock } from '../common/clock.js';
import { OnlineUsers } from './online-users.js';
import type { PresenceView } from './presence.dto.js';
import { PresenceStore } from './presence.store.js';

/** The presence of users, as far as the viewer may see it: within shared conversations, and without a block. */
@Injectable()
export class PresenceService {
  constructor(
    private readonly presence: PresenceStore,
    private readonly blocks: BlockStore,
    private readonly online: OnlineUsers,
    private readonly clock: Clock,
  ) {}

  /** The states of users for one viewer, in the order asked. A user hidden from the viewer is offline without a last time. */
  async states(viewerId: string, userIds: readonly string[]): Promise<PresenceView[]> {
    const visible = await this.presence.visibleTo(viewerId, userIds);
    return userIds.map((userId) => this.state(userId, visible.has(userId), visible.get(userId) ?? null));
  }

  /** The state of one user for each of several viewers. */
  async stateForViewers(userId: string, viewerIds: readonly string[]): Promise<Map<string, PresenceView>> {
    const visible = await this.presence.visibleTo(userId, viewerIds);
    const lastSeenAt = await this.presence.lastSeen(userId);
    return new Map(viewerIds.map((viewerId) => [viewerId, this.state(userId, visible.has(viewerId), lastSeenAt)]));
  }

  /** The users that `viewerId` sees online. The caller passes only users who share a conversation with the viewer. */
  async onlineFor(viewerId: string, userIds: readonly string[]): Promise<Set<string>> {
    const online = userIds.filter((userId) => this.online.has(userId));
    const hidden = new Set(await this.blocks.among(viewerId, online));
    return new Set(online.filter((userId) => !hidden.has(userId)));
  }

  /** Stores when the last connections of users ended. */
  async recordLastSeen(userIds: readonly string[], at: Date): Promise<void> {
    await this.presence.setLastSeen(userIds, at);
  }

  /** Stores the current time for all users of this node, before it closes their connections. */
  async recordAllLastSeen(): Promise<void> {
    await this.presence.setLastSeen(this.online.localUsers(), this.clock.now());
  }

  private state(userId: string, isVisible: boolean, lastSeenAt: string | null): PresenceView {
    const online = isVisible && this.online.has(userId);
    return { userId, online, lastSeenAt: online ? this.clock.now().toISOString() : isVisible ? lastSeenAt : null };
  }
}
