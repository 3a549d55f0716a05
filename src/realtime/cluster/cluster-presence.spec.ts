import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { OnlineUsers } from '../../presence/online-users.js';
import { ClusterPresence, type PresenceMessage } from './cluster-presence.js';

const LEASE_MS = 26_000;

/** Nodes that hear each other at once, unless what is said is lost. */
class Cluster {
  readonly nodes: { online: OnlineUsers; presence: ClusterPresence; dead: string[] }[] = [];
  isLossy = false;

  add(): this {
    const online = new OnlineUsers(0);
    const dead: string[] = [];
    const index = this.nodes.length;
    const say = (word: PresenceMessage): void => {
      if (this.isLossy) return;
      // As it goes over a wire.
      const copy = JSON.parse(JSON.stringify(word));
      this.nodes.forEach(({ presence }, other) => {
        if (other !== index) presence.onMessage(copy);
      });
    };
    // It speaks before it is there.
    const presence = new ClusterPresence(online, say, (userIds) => dead.push(...userIds));
    this.nodes.push({ online, presence, dead });
    return this;
  }

  online(index: number): OnlineUsers {
    return this.nodes[index]!.online;
  }

  settle(ms = 100): void {
    jest.advanceTimersByTime(ms);
  }

  /** Ends a node without a word. */
  kill(index: number): void {
    const { presence } = this.nodes[index]!;
    this.isLossy = true;
    presence.stop();
    this.isLossy = false;
    this.nodes[index]!.presence.onMessage = () => undefined;
  }
}

describe('who is online on other nodes', () => {
  let cluster: Cluster;
  beforeEach(() => {
    jest.useFakeTimers();
    cluster = new Cluster().add().add();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is told as they come and go', () => {
    cluster.online(0).connected('ann');
    cluster.settle();
    expect(cluster.online(1).has('ann')).toBe(true);
    cluster.online(0).disconnected('ann');
    cluster.settle();
    expect(cluster.online(1).has('ann')).toBe(false);
  });

  it('is asked for once, however much a node hears of which it has missed the beginning', () => {
    cluster.isLossy = true;
    cluster.online(0).connected('ann');
    cluster.settle();
    cluster.isLossy = false;
    const asked: PresenceMessage[] = [];
    const there = cluster.nodes[0]!.presence;
    const hear = there.onMessage.bind(there);
    // The answer takes a while.
    there.onMessage = (word) => asked.push(word);
    for (const user of ['ben', 'cleo', 'dan']) {
      cluster.online(0).connected(user);
      cluster.settle(10);
    }
    expect(asked.filter(({ kind }) => kind === 'ask')).toHaveLength(1);
    there.onMessage = hear;
    cluster.settle(5_000);
    for (const user of ['ann', 'ben', 'cleo', 'dan']) expect(cluster.online(1).has(user)).toBe(true);
  });

  it('is told to a node that is new', () => {
    for (let n = 0; n < 2_500; n++) cluster.online(0).connected(`user ${n}`);
    cluster.settle();
    cluster.add().settle(6_000);
    for (const n of [0, 999, 1_000, 2_499]) expect(cluster.online(2).has(`user ${n}`)).toBe(true);
  });

  it('is found out where word of it was lost', () => {
    cluster.online(0).connected('ann');
    cluster.settle();
    cluster.isLossy = true;
    cluster.online(0).connected('ben');
    cluster.online(0).disconnected('ann');
    cluster.settle();
    cluster.isLossy = false;
    expect([cluster.online(1).has('ann'), cluster.online(1).has('ben')]).toEqual([true, false]);
    cluster.settle(6_000);
    expect([cluster.online(1).has('ann'), cluster.online(1).has('ben')]).toEqual([false, true]);
  });

  it('is nobody of a node that died, and others note when they were seen', () => {
    cluster.online(0).connected('ann');
    cluster.online(1).connected('ben');
    cluster.settle();
    cluster.kill(0);
    cluster.settle(LEASE_MS);
    expect(cluster.online(1).has('ann')).toBe(false);
    expect(cluster.nodes[1]!.dead).toEqual(['ann']);
    expect(cluster.online(1).has('ben')).toBe(true);
  });

  it('is nobody of a node that says that it ends, at once', () => {
    cluster.online(0).connected('ann');
    cluster.settle();
    cluster.nodes[0]!.presence.stop();
    expect(cluster.online(1).has('ann')).toBe(false);
    expect(cluster.nodes[1]!.dead).toEqual([]);
    // Those who have forgotten it ask nothing of it that it would answer, and nothing follows its last word.
    cluster.online(0).disconnected('ann');
    cluster.online(0).connected('ben');
    cluster.settle();
    cluster.add().settle(6_000);
    for (const index of [1, 2]) {
      expect([cluster.online(index).has('ann'), cluster.online(index).has('ben')]).toEqual([false, false]);
    }
  });

  it('answers nobody any more after it said that it ends', () => {
    const said: PresenceMessage[] = [];
    const online = new OnlineUsers(60_000);
    const presence = new ClusterPresence(
      online,
      (word) => said.push(word),
      () => undefined,
    );
    online.connected('ann');
    cluster.settle();
    presence.stop();
    presence.onMessage({ kind: 'ask', node: said[0]!.node });
    expect(said.at(-1)!.kind).toBe('end');
  });

  it('stays while both of two nodes have them', () => {
    const heard: string[] = [];
    cluster.online(1).observe({ online: () => heard.push('came'), offline: () => heard.push('went') });
    cluster.online(0).connected('ann');
    cluster.settle();
    cluster.online(1).connected('ann');
    cluster.online(0).disconnected('ann');
    cluster.settle();
    expect(heard).toEqual(['came']);
    cluster.online(1).disconnected('ann');
    expect(heard).toEqual(['came', 'went']);
  });
});
