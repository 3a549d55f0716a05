import { newId } from '../../common/ids.js';
import type { OnlineUsers } from '../../presence/online-users.js';

/**
 * The `kind` of a presence message on the wire. The strings, and the field names of {@link PresenceMessage}, are those of
 * the first release: during a rolling deployment old and new nodes exchange them, and an old node would treat a message of
 * an unknown kind as a heartbeat of the node that it names.
 */
export const PRESENCE_KIND = {
  change: 'change',
  heartbeat: 'beat',
  snapshotRequest: 'ask',
  snapshot: 'all',
  goodbye: 'end',
} as const;

type Kind<Name extends keyof typeof PRESENCE_KIND> = (typeof PRESENCE_KIND)[Name];

/** Users that have connected (`came`) and disconnected (`went`) since `version - 1`. */
interface ChangeMessage {
  kind: Kind<'change'>;
  node: string;
  version: number;
  came: string[];
  went: string[];
}

/** One part of all users who are connected to a node, as of `version`. `part` counts from 0 to `parts - 1`. */
interface SnapshotMessage {
  kind: Kind<'snapshot'>;
  node: string;
  version: number;
  part: number;
  parts: number;
  userIds: string[];
}

/** Messages between nodes about the users that are connected to them. `node` is the sender, unless stated otherwise. */
export type PresenceMessage =
  | ChangeMessage
  | SnapshotMessage
  /** The sender is alive, and `version` is its latest change. */
  | { kind: Kind<'heartbeat'>; node: string; version: number }
  /** Addressed to `node`: publish a snapshot. */
  | { kind: Kind<'snapshotRequest'>; node: string }
  /** The sender stops. Its users are offline there, and their last-seen times are stored. */
  | { kind: Kind<'goodbye'>; node: string };

/** This node's copy of another node's users. */
interface Peer {
  users: Set<string>;
  /** The last version applied; null before the first snapshot. */
  version: number | null;
  lastMessageAt: number;
  snapshotRequestedAt: number;
  /** Parts of a snapshot that is being received. */
  snapshotParts: string[][];
}

/** Disconnects are published together after this delay. By then their last-seen times have usually been stored. */
const DISCONNECT_DELAY_MS = 50;
const HEARTBEAT_MS = 5_000;
/** A peer without a message for this time is considered dead, and its users disconnected. */
const LEASE_MS = 20_000;
/** Minimum time between two snapshot requests to the same peer, so that a burst of messages causes only one. */
const SNAPSHOT_REQUEST_INTERVAL_MS = 1_000;
/** Users per part of a snapshot. */
const SNAPSHOT_PART_SIZE = 1_000;

/**
 * Replicates the users that are connected to each node to all other nodes. `ClusterBridge` creates one per node at startup
 * and passes it the messages of the others. It observes this node's connects and disconnects in `OnlineUsers`, and writes
 * those of its peers into it.
 *
 * Every change has a version, one more than the last. A peer that receives a version it did not expect has missed a change,
 * and requests a snapshot. Lost changes are found with the next message, after one heartbeat (5 s) at the latest; a dead
 * node after its lease (20 s).
 */
export class ClusterPresence {
  private readonly id = newId();
  private readonly peers = new Map<string, Peer>();
  /** Unpublished changes of this node: user id → whether connected. */
  private readonly unpublished = new Map<string, boolean>();
  private version = 0;
  private disconnectTimer: NodeJS.Timeout | undefined;
  private isPublishScheduled = false;
  private isStopped = false;
  private readonly heartbeatTimer: NodeJS.Timeout;

  /**
   * @param send sends a message to all other nodes; it may be lost
   * @param onPeerDeath called with the users of a dead peer, and the time of its last message
   */
  constructor(
    private readonly online: OnlineUsers,
    private readonly send: (message: PresenceMessage) => void,
    private readonly onPeerDeath: (userIds: readonly string[], lastMessageAt: Date) => void,
  ) {
    online.observe({
      connectedHere: (userId) => {
        this.unpublished.set(userId, true);
        if (!this.isPublishScheduled) setImmediate(() => this.publishChanges());
        this.isPublishScheduled = true;
      },
      disconnectedHere: (userId) => {
        this.unpublished.set(userId, false);
        this.disconnectTimer ??= setTimeout(() => this.publishChanges(), DISCONNECT_DELAY_MS).unref();
      },
    });
    this.heartbeatTimer = setInterval(() => this.onHeartbeat(), HEARTBEAT_MS).unref();
    this.onHeartbeat();
  }

  /** Announces that this node stops. Call it when the last-seen times of its users are stored. No message follows. */
  stop(): void {
    clearInterval(this.heartbeatTimer);
    clearTimeout(this.disconnectTimer);
    this.send({ kind: PRESENCE_KIND.goodbye, node: this.id });
    this.isStopped = true;
  }

  /** Processes a message of another node. */
  onMessage(message: PresenceMessage): void {
    // An answer would register this node again with peers that have removed it.
    if (this.isStopped) return;
    if (message.kind === PRESENCE_KIND.snapshotRequest) {
      if (message.node === this.id) this.publishSnapshot();
      return;
    }
    if (message.kind === PRESENCE_KIND.goodbye) {
      this.removePeer(message.node);
      return;
    }
    const peer = this.peerOf(message.node);
    peer.lastMessageAt = Date.now();
    if (message.kind === PRESENCE_KIND.snapshot) this.applySnapshotPart(peer, message);
    else if (message.kind === PRESENCE_KIND.change && peer.version === message.version - 1)
      this.applyChange(peer, message);
    else if (peer.version !== message.version) this.requestSnapshot(message.node, peer);
  }

  private requestSnapshot(id: string, peer: Peer): void {
    if (Date.now() - peer.snapshotRequestedAt < SNAPSHOT_REQUEST_INTERVAL_MS) return;
    peer.snapshotRequestedAt = Date.now();
    this.send({ kind: PRESENCE_KIND.snapshotRequest, node: id });
  }

  private peerOf(id: string): Peer {
    const known = this.peers.get(id);
    if (known) return known;
    const peer: Peer = {
      users: new Set(),
      version: null,
      lastMessageAt: Date.now(),
      snapshotRequestedAt: 0,
      snapshotParts: [],
    };
    this.peers.set(id, peer);
    // The new peer may not know this node either.
    this.sendHeartbeat();
    return peer;
  }

  private applyChange(peer: Peer, { version, came, went }: ChangeMessage): void {
    peer.version = version;
    for (const userId of came) this.addUser(peer, userId);
    for (const userId of went) this.removeUser(peer, userId);
  }

  private applySnapshotPart(peer: Peer, { version, part, parts, userIds }: SnapshotMessage): void {
    if (part === 0) peer.snapshotParts = [];
    // A part was lost: the next message leads to another request.
    if (peer.snapshotParts.length !== part) return;
    peer.snapshotParts.push(userIds);
    if (peer.snapshotParts.length < parts) return;
    const users = new Set(peer.snapshotParts.flat());
    peer.snapshotParts = [];
    peer.version = version;
    peer.snapshotRequestedAt = 0;
    for (const userId of users) this.addUser(peer, userId);
    for (const userId of [...peer.users]) if (!users.has(userId)) this.removeUser(peer, userId);
  }

  private addUser(peer: Peer, userId: string): void {
    if (peer.users.has(userId)) return;
    peer.users.add(userId);
    this.online.connectedOnPeer(userId);
  }

  private removeUser(peer: Peer, userId: string): void {
    if (peer.users.delete(userId)) this.online.disconnectedOnPeer(userId);
  }

  private removePeer(id: string): void {
    const peer = this.peers.get(id);
    if (!peer) return;
    this.peers.delete(id);
    for (const userId of [...peer.users]) this.removeUser(peer, userId);
  }

  /** Runs every 5 s, and removes dead peers. */
  private onHeartbeat(): void {
    this.sendHeartbeat();
    for (const [id, { lastMessageAt, users }] of this.peers) {
      if (Date.now() - lastMessageAt <= LEASE_MS) continue;
      this.onPeerDeath([...users], new Date(lastMessageAt));
      this.removePeer(id);
    }
  }

  private sendHeartbeat(): void {
    this.send({ kind: PRESENCE_KIND.heartbeat, node: this.id, version: this.version });
  }

  private publishChanges(): void {
    clearTimeout(this.disconnectTimer);
    this.disconnectTimer = undefined;
    this.isPublishScheduled = false;
    if (this.isStopped || this.unpublished.size === 0) return;
    const came = [...this.unpublished].filter(([, isConnected]) => isConnected).map(([userId]) => userId);
    const went = [...this.unpublished].filter(([, isConnected]) => !isConnected).map(([userId]) => userId);
    this.unpublished.clear();
    this.send({ kind: PRESENCE_KIND.change, node: this.id, version: ++this.version, came, went });
  }

  private publishSnapshot(): void {
    // Includes unpublished changes. Publishing them again later changes nothing.
    const users = this.online.localUsers();
    const parts = Math.max(1, Math.ceil(users.length / SNAPSHOT_PART_SIZE));
    for (let part = 0; part < parts; part++) {
      const userIds = users.slice(part * SNAPSHOT_PART_SIZE, (part + 1) * SNAPSHOT_PART_SIZE);
      this.send({ kind: PRESENCE_KIND.snapshot, node: this.id, version: this.version, part, parts, userIds });
    }
  }
}
