import { pino } from 'pino';

import { PasswordHasher } from '../../src/auth/password-hasher.adapter.js';
import { type Account, PASSWORD } from '../clients/account.js';
import { FakePasswordHasher } from '../fakes/fake-password-hasher.js';
import { TestServer } from '../harness/server.js';
import type { KnownIds } from './arbitraries.js';
import {
  endsSession,
  type ConversationType,
  CONVERSATION_TYPES,
  type RequestContext,
  isDestructive,
} from './request-samples.js';

/** One more than a page may hold: the number of items of each list. */
const MANY = 101;
/** Targets of random requests: the conversations of ann, and one that she must not see. */
type Target = ConversationType | 'bystanders';

interface TargetConversation {
  readonly id: string;
  readonly message: string;
}

/** A server with users and conversations for random requests. */
export class FuzzServer {
  private sparesUsed = 0;
  private requests = 0;

  private constructor(
    readonly server: TestServer,
    /** Log lines of level warn and above. */
    readonly warnings: readonly string[],
    /** Sends most requests. Owns a group and a room, and has one item more of every list than a page may hold. */
    readonly ann: Account,
    /** The other member of ann's conversations. */
    readonly ben: Account,
    /** Sends requests too, and is in no conversation. */
    readonly eve: Account,
    /** Two users with a conversation of their own, who take no part. */
    readonly bystanders: readonly [Account, Account],
    private readonly crowd: readonly string[],
    private readonly conversations: Readonly<Record<Target, TargetConversation>>,
    /** Rooms of ann for destructive requests. */
    private readonly spareRooms: readonly string[],
  ) {}

  static async start(): Promise<FuzzServer> {
    const warnings: string[] = [];
    // Audit entries are written at every level.
    const stream = { write: (line: string) => line.includes('"audit":true') || warnings.push(line) };
    const server = await TestServer.start({ TRUST_PROXY: '1' }, pino({ level: 'warn' }, stream));
    const hasher = new FakePasswordHasher();
    for (const { app } of server.nodes) {
      Object.assign(app.get(PasswordHasher), { hash: hasher.hash.bind(hasher), matches: hasher.matches.bind(hasher) });
    }
    const accounts: Account[] = [];
    for (const name of ['ann', 'ben', 'eve', 'dan', 'fay']) accounts.push(await server.account(name));
    const [ann, ben, eve, dan, fay] = accounts as [Account, Account, Account, Account, Account];
    const many = <T>(make: (n: number) => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: MANY }, (_, n) => make(n)));

    const crowd = await many(async (n) => {
      const { body } = await server.rest.post('/auth/register', { username: `a_crowd_${n}`, password: PASSWORD });
      return body.user.id as string;
    });
    const create = async (owner: Account, body: object): Promise<string> =>
      (await owner.rest.post('/conversations', body)).body.id;
    const send = async (sender: Account, conversationId: string): Promise<string> =>
      (await sender.rest.post('/messages', { conversationId, text: 'a message' })).body.id;
    const withMessage = async (sender: Account, id: string): Promise<TargetConversation> => ({
      id,
      message: await send(sender, id),
    });
    const conversations = {
      direct: await withMessage(ann, await create(ann, { type: 'direct', memberIds: [ben.id] })),
      group: await withMessage(ann, await create(ann, { type: 'group', memberIds: [ben.id] })),
      room: await withMessage(ann, await create(ann, { type: 'room', title: 'a room', memberIds: [ben.id, ...crowd] })),
      bystanders: await withMessage(dan, await create(dan, { type: 'direct', memberIds: [fay.id] })),
    };
    const spareRooms = await many((n) =>
      create(ann, { type: 'room', title: `a spare room ${n}`, memberIds: [ben.id] }),
    );
    await many(() => send(ann, conversations.room.id));
    await many((n) => ann.rest.put(`/users/me/blocks/${crowd[n]}`));
    await many(() => ann.login());
    return new FuzzServer(server, warnings, ann, ben, eve, [dan, fay], crowd, conversations, spareRooms);
  }

  /** Round robin over the nodes. */
  anyNode(): string {
    const { nodes } = this.server;
    return `http://127.0.0.1:${nodes[this.requests++ % nodes.length]!.port}`;
  }

  get bystandersConversationId(): string {
    return this.conversations.bystanders.id;
  }

  get targets(): readonly Target[] {
    return [...CONVERSATION_TYPES, 'bystanders'];
  }

  /**
   * Ids and tokens for an operation. A destructive operation gets a spare session or room.
   * @returns the context, and the account that sends the request
   */
  async requestContext(
    operation: string,
    target: Target,
    by: Account,
  ): Promise<{ context: RequestContext; by: Account }> {
    const sender = endsSession(operation) ? await this.server.account('spent') : by;
    const isSpare = isDestructive(operation) && (target === 'group' || target === 'room');
    const { id, message } = this.conversations[target];
    const conversationId = isSpare ? this.spareRooms[this.sparesUsed++ % MANY]! : id;
    const { session, user, accessToken, refreshToken } = sender.auth;
    return {
      context: {
        type: target === 'bystanders' ? 'group' : target,
        conversationId,
        messageId: isSpare && /message/.test(operation) ? await this.send(conversationId) : message,
        userId: operation.includes('/blocks/') ? this.crowd[this.sparesUsed++ % MANY]! : this.ben.id,
        newcomerId: this.eve.id,
        sessionId: session.id,
        username: user.username,
        accessToken,
        refreshToken,
      },
      by: sender,
    };
  }

  /** Existing ids for the fields of an operation; spare rooms if it is destructive. */
  knownIds(operation: string): KnownIds {
    const conversations = Object.values(this.conversations);
    return (field) => {
      if (/user|member|mention/i.test(field)) return [this.ann.id, this.ben.id, this.eve.id];
      if (/conversation|receipts/i.test(field))
        return isDestructive(operation) ? this.spareRooms : conversations.map(({ id }) => id);
      return /reply/i.test(field) ? conversations.map(({ message }) => message) : [];
    };
  }

  private async send(conversationId: string): Promise<string> {
    return (await this.ann.rest.post('/messages', { conversationId, text: 'Spare' })).body.id;
  }
}
