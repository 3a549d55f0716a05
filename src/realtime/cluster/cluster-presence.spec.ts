import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { OnlineUsers } from '../../presence/online-users.js';
import { ClusterPresence, PRESENCE_KIND, type PresenceMessage } from './cluster-presence.js';

const LEASE_MS = 26_000;

/** Nodes whose messages arrive at once, or are lost. */
class Cluster {
  readonly nodes: { online: OnlineUsers; presence: ClusterPresence; dead: string[] }[] = [];
  isLossy = false;

  add(): this {
    const online = new OnlineUsers(0);
    const dead: string[] = [];
    const index = this.nodes.length;
    const send = (message: PresenceMessage): void => {
      if (this.isLossy) return;
      // As serialized for the wire.
      const copy = JSON.parse(JSON.stringify(message));
      this.nodes.forEach(({ presence }, other) => {
        if (other !== index) presence.onMessage(copy);
      });
    };
    // The constructor sends a heartbeat before the node is in the list.
    const presence = new ClusterPresence(online, send, (userIds) => dead.push(...userIds));
    this.nodes.push({ online, presence, dead });
    return this;
  }

  online(index: number): OnlineUsers {
    return this.nodes[index]!.online;
  }

  advance(ms = 100): void {
    jest.advanceTimersByTime(ms);
  }

  /** Ends a node without a goodbye. */
  kill(index: number): void {
    const { presence } = this.nodes[index]!;
    this.isLossy = true;
    presence.stop();
    this.isLossy = false;
    this.nodes[index]!.presence.onMessage = () => undefined;
  }
}

describe('ClusterPresence', () => {
  let cluster: Cluster;
  beforeEach(() => {
    jest.useFakeTimers();
    cluster = new Cluster().add().add();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('replicates connects and disconnects', () => {
    cluster.online(0).connected('ann');
    cluster.advance();
    expect(cluster.online(1).has('ann')).toBe(true);
    cluster.online(0).disconnected('ann');
    cluster.advance();
    expect(cluster.online(1).has('ann')).toBe(false);
  });

  it('requests one snapshot when several changes follow a lost one', () => {
    cluster.isLossy = true;
    cluster.online(0).connected('ann');
    cluster.advance();
    cluster.isLossy = false;
    const received: PresenceMessage[] = [];
    const { presence } = cluster.nodes[0]!;
    const onMessage = presence.onMessage.bind(presence);
    // The snapshot is delayed.
    presence.onMessage = (message) => received.push(message);
    for (const user of ['ben', 'cleo', 'dan']) {
      cluster.online(0).connected(user);
      cluster.advance(10);
    }
    expect(received.filter(({ kind }) => kind === PRESENCE_KIND.snapshotRequest)).toHaveLength(1);
    presence.onMessage = onMessage;
    cluster.advance(5_000);
    for (const user of ['ann', 'ben', 'cleo', 'dan']) expect(cluster.online(1).has(user)).toBe(true);
  });

  it('sends a snapshot in several parts to a new node', () => {
    for (let n = 0; n < 2_500; n++) cluster.online(0).connected(`user ${n}`);
    cluster.advance();
    cluster.add().advance(6_000);
    for (const n of [0, 999, 1_000, 2_499]) expect(cluster.online(2).has(`user ${n}`)).toBe(true);
  });

  it('repairs lost changes after the next heartbeat', () => {
    cluster.online(0).connected('ann');
    cluster.advance();
    cluster.isLossy = true;
    cluster.online(0).connected('ben');
    cluster.online(0).disconnected('ann');
    cluster.advance();
    cluster.isLossy = false;
    expect([cluster.online(1).has('ann'), cluster.online(1).has('ben')]).toEqual([true, false]);
    cluster.advance(6_000);
    expect([cluster.online(1).has('ann'), cluster.online(1).has('ben')]).toEqual([false, true]);
  });

  it('removes the users of a dead node after its lease, and reports when they were last seen', () => {
    cluster.online(0).connected('ann');
    cluster.online(1).connected('ben');
    cluster.advance();
    cluster.kill(0);
    cluster.advance(LEASE_MS);
    expect(cluster.online(1).has('ann')).toBe(false);
    expect(cluster.nodes[1]!.dead).toEqual(['ann']);
    expect(cluster.online(1).has('ben')).toBe(true);
  });

  it('removes the users of a stopping node at once', () => {
    cluster.online(0).connected('ann');
    cluster.advance();
    cluster.nodes[0]!.presence.stop();
    expect(cluster.online(1).has('ann')).toBe(false);
    expect(cluster.nodes[1]!.dead).toEqual([]);
    // The stopped node answers no snapshot request, and publishes no changes.
    cluster.online(0).disconnected('ann');
    cluster.online(0).connected('ben');
    cluster.advance();
    cluster.add().advance(6_000);
    for (const index of [1, 2]) {
      expect([cluster.online(index).has('ann'), cluster.online(index).has('ben')]).toEqual([false, false]);
    }
  });

  it('sends nothing after its goodbye', () => {
    const sent: PresenceMessage[] = [];
    const online = new OnlineUsers(60_000);
    const presence = new ClusterPresence(
      online,
      (message) => sent.push(message),
      () => undefined,
    );
    online.connected('ann');
    cluster.advance();
    presence.stop();
    presence.onMessage({ kind: PRESENCE_KIND.snapshotRequest, node: sent[0]!.node });
    expect(sent.at(-1)!.kind).toBe(PRESENCE_KIND.goodbye);
  });

  it('keeps a user online while one of two nodes has a connection of theirs', () => {
    const changes: string[] = [];
    cluster.online(1).observe({ online: () => changes.push('online'), offline: () => changes.push('offline') });
    cluster.online(0).connected('ann');
    cluster.advance();
    cluster.online(1).connected('ann');
    cluster.online(0).disconnected('ann');
    cluster.advance();
    expect(changes).toEqual(['online']);
    cluster.online(1).disconnected('ann');
    expect(changes).toEqual(['online', 'offline']);
  });

  it('exchanges the messages of earlier releases', () => {
    const sent: PresenceMessage[] = [];
    const online = new OnlineUsers(0);
    const presence = new ClusterPresence(
      online,
      (message) => sent.push(message),
      () => undefined,
    );
    presence.onMessage({ kind: 'beat', node: 'old', version: 3 });
    expect(sent.at(-1)).toEqual({ kind: 'ask', node: 'old' });
    presence.onMessage({ kind: 'all', node: 'old', version: 3, part: 0, parts: 1, userIds: ['ann'] });
    presence.onMessage({ kind: 'change', node: 'old', version: 4, came: ['ben'], went: ['ann'] });
    expect([online.has('ann'), online.has('ben')]).toEqual([false, true]);
    presence.onMessage({ kind: 'end', node: 'old' });
    expect(online.has('ben')).toBe(false);
  });
});
