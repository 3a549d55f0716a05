import { newId } from '../../common/uuid.js';
import type { OnlineUsers } from '../../presence/online-users.js';

/** What nodes tell each other of who is connected to them. */
export type PresenceMessage =
  /** Since the version before. */
  | { kind: 'change'; node: string; version: number; came: string[]; went: string[] }
  /** All is well, and this is how far I have come. */
  | { kind: 'beat'; node: string; version: number }
  /** To one node: tell all that you have. */
  | { kind: 'ask'; node: string }
  | { kind: 'all'; node: string; version: number; part: number; parts: number; userIds: string[] }
  | { kind: 'end'; node: string };

interface OtherNode {
  users: Set<string>;
  /** How far its word is known; null until it has told all. */
  version: number | null;
  heardAt: number;
  /** When it was asked for all. */
  askedAt: number;
  /** The parts of all, as far as they have come. */
  parts: string[][];
}

/** Who has gone is told a moment later, with others, when it will have been noted when they were last here. */
const COLLECT_MS = 50;
const BEAT_MS = 5_000;
/** A node that is silent for so long is taken to be dead, and its users to have gone with it. */
const LEASE_MS = 20_000;
/** All is asked for once, however much of what hints at it comes at a time; and again if it does not come. */
const ASK_MS = 1_000;
const PART = 1_000;

/**
 * Tells the other nodes who is connected here, and notes who is connected there. Every change has a number, so that what
 * was lost on the way is noticed by the next word, at the latest by the next beat, and asked for as a whole.
 */
export class ClusterPresence {
  private readonly id = newId();
  private readonly nodes = new Map<string, OtherNode>();
  private readonly changed = new Map<string, boolean>();
  private version = 0;
  private collecting: NodeJS.Timeout | undefined;
  private isTelling = false;
  private hasEnded = false;
  private readonly timer: NodeJS.Timeout;

  /**
   * @param say brings a word to the other nodes, if it can
   * @param onDeath told of the users of a node that has died, and of when it was last heard of
   */
  constructor(
    private readonly online: OnlineUsers,
    private readonly say: (word: PresenceMessage) => void,
    private readonly onDeath: (userIds: readonly string[], at: Date) => void,
  ) {
    online.observe({
      connectedHere: (userId) => {
        this.changed.set(userId, true);
        if (!this.isTelling) setImmediate(() => this.tell());
        this.isTelling = true;
      },
      disconnectedHere: (userId) => {
        this.changed.set(userId, false);
        this.collecting ??= setTimeout(() => this.tell(), COLLECT_MS).unref();
      },
    });
    this.timer = setInterval(() => this.beat(), BEAT_MS).unref();
    this.beat();
  }

  /** This node is about to end: its users are gone, and when they were last here is noted. It says no more after that. */
  stop(): void {
    clearInterval(this.timer);
    clearTimeout(this.collecting);
    this.say({ kind: 'end', node: this.id });
    this.hasEnded = true;
  }

  /** Takes what another node said. */
  onMessage(word: PresenceMessage): void {
    // An answer would bring this node back for those who have forgotten it.
    if (this.hasEnded) return;
    if (word.kind === 'ask') {
      if (word.node === this.id) this.tellAll();
      return;
    }
    if (word.kind === 'end') {
      this.forget(word.node);
      return;
    }
    const node = this.node(word.node);
    node.heardAt = Date.now();
    if (word.kind === 'all') this.take(node, word);
    else if (word.kind === 'change' && node.version === word.version - 1) this.apply(node, word);
    else if (node.version !== word.version) this.ask(word.node, node);
  }

  private ask(id: string, node: OtherNode): void {
    if (Date.now() - node.askedAt < ASK_MS) return;
    node.askedAt = Date.now();
    this.say({ kind: 'ask', node: id });
  }

  private node(id: string): OtherNode {
    const known = this.nodes.get(id);
    if (known) return known;
    const node: OtherNode = { users: new Set(), version: null, heardAt: Date.now(), askedAt: 0, parts: [] };
    this.nodes.set(id, node);
    // It is new here, and so may we be there.
    this.say({ kind: 'beat', node: this.id, version: this.version });
    return node;
  }

  private apply(node: OtherNode, { version, came, went }: Extract<PresenceMessage, { kind: 'change' }>): void {
    node.version = version;
    for (const userId of came) this.came(node, userId);
    for (const userId of went) this.went(node, userId);
  }

  private take(node: OtherNode, { version, part, parts, userIds }: Extract<PresenceMessage, { kind: 'all' }>): void {
    if (part === 0) node.parts = [];
    if (node.parts.length !== part) return;
    node.parts.push(userIds);
    if (node.parts.length < parts) return;
    const all = new Set(node.parts.flat());
    node.parts = [];
    node.version = version;
    node.askedAt = 0;
    for (const userId of all) this.came(node, userId);
    for (const userId of [...node.users]) if (!all.has(userId)) this.went(node, userId);
  }

  private came(node: OtherNode, userId: string): void {
    if (node.users.has(userId)) return;
    node.users.add(userId);
    this.online.connectedOnPeer(userId);
  }

  private went(node: OtherNode, userId: string): void {
    if (node.users.delete(userId)) this.online.wentElsewhere(userId);
  }

  private forget(id: string): void {
    const node = this.nodes.get(id);
    if (!node) return;
    this.nodes.delete(id);
    for (const userId of [...node.users]) this.went(node, userId);
  }

  private beat(): void {
    this.say({ kind: 'beat', node: this.id, version: this.version });
    for (const [id, { heardAt, users }] of this.nodes) {
      if (Date.now() - heardAt <= LEASE_MS) continue;
      this.onDeath([...users], new Date(heardAt));
      this.forget(id);
    }
  }

  private tell(): void {
    clearTimeout(this.collecting);
    this.collecting = undefined;
    this.isTelling = false;
    if (this.hasEnded || this.changed.size === 0) return;
    const came = [...this.changed].filter(([, isHere]) => isHere).map(([userId]) => userId);
    const went = [...this.changed].filter(([, isHere]) => !isHere).map(([userId]) => userId);
    this.changed.clear();
    this.say({ kind: 'change', node: this.id, version: ++this.version, came, went });
  }

  private tellAll(): void {
    // What is collected is in it: told once more, it changes nothing.
    const users = this.online.allHere();
    const parts = Math.max(1, Math.ceil(users.length / PART));
    for (let part = 0; part < parts; part++) {
      const userIds = users.slice(part * PART, (part + 1) * PART);
      this.say({ kind: 'all', node: this.id, version: this.version, part, parts, userIds });
    }
  }
}
