import { randomUUID } from 'node:crypto';

import { type Account, PASSWORD } from '../clients/account.js';
import type { ConversationType, RequestContext } from '../fuzz/request-samples.js';
import type { TestServer } from '../harness/server.js';
import type { Cell, Role } from './authorization-matrix.js';

/** Users with an account. `other` and `newcomer` are only the targets of requests. */
type ActorName = Exclude<Role, 'anonymous'> | 'other' | 'newcomer';
const ACTORS: readonly ActorName[] = [
  ...(['deleted', 'outsider', 'removed', 'blocked', 'member', 'admin', 'owner'] as const),
  ...(['other', 'newcomer'] as const),
];

/** A conversation with a message by `other`, and one by each current or former member. */
interface TestConversation {
  readonly id: string;
  readonly message: string;
  readonly own: Partial<Record<ActorName, string>>;
}

/** A user in each role of the matrix, and the conversations in which they have it. */
export class AuthorizationActors {
  private readonly shared = new Map<ConversationType, TestConversation>();
  /** The direct conversation of each actor with `other`. */
  private readonly directConversations = new Map<ActorName, TestConversation>();

  private constructor(readonly accounts: Readonly<Record<ActorName, Account>>) {}

  static async create(server: TestServer): Promise<AuthorizationActors> {
    const entries = await Promise.all(ACTORS.map(async (name) => [name, await server.account(name)] as const));
    const actors = new AuthorizationActors(Object.fromEntries(entries) as Record<ActorName, Account>);
    const { deleted, blocked, other, newcomer } = actors.accounts;
    for (const type of ['group', 'room'] as const) actors.shared.set(type, await actors.createConversation(type, true));
    for (const name of ['deleted', 'blocked', 'member'] as const) {
      actors.directConversations.set(name, await actors.createDirect(name));
    }
    await other.rest.put(`/users/me/blocks/${blocked.id}`);
    await newcomer.rest.put(`/users/me/blocks/${blocked.id}`);
    await deleted.rest.delete('/users/me', { password: PASSWORD });
    return actors;
  }

  /** @param isFresh whether to log in anew, for a request that ends its session. @returns an `AuthResult` */
  async session(role: Role, isFresh: boolean): Promise<Account['auth']> {
    if (role === 'anonymous') return undefined;
    const account = this.accounts[role];
    return isFresh && role !== 'deleted' ? account.login() : account.auth;
  }

  /**
   * The ids and tokens for the request of a cell.
   * @param session that of the requester, which is also the target where the cell says `own`
   * @param isFresh whether to create a group or room for it, for a request that changes the conversation
   */
  async requestContext(
    { role, conversationType, isOwn }: Cell,
    session: Account['auth'],
    isFresh: boolean,
  ): Promise<RequestContext> {
    const { newcomer, other } = this.accounts;
    const type = conversationType ?? 'group';
    const conversation = await this.conversation(role, type, isOwn, isFresh && conversationType !== undefined);
    const target = isOwn && session ? session : other.auth;
    return {
      type,
      conversationId: conversation.id,
      messageId: (isOwn && role !== 'anonymous' && conversation.own[role]) || conversation.message,
      userId: conversationType === undefined ? newcomer.id : other.id,
      newcomerId: newcomer.id,
      sessionId: target.session.id,
      username: target.user.username,
      accessToken: target.accessToken,
      refreshToken: session ? target.refreshToken : 'unknown token',
    };
  }

  private async conversation(
    role: Role,
    type: ConversationType,
    isOwn: boolean,
    isFresh: boolean,
  ): Promise<TestConversation> {
    if (type !== 'direct') return isFresh ? this.createConversation(type, isOwn) : this.shared.get(type)!;
    return this.directConversations.get(role as ActorName) ?? this.directConversations.get('member')!;
  }

  private async createDirect(name: 'deleted' | 'blocked' | 'member'): Promise<TestConversation> {
    const account = this.accounts[name];
    const { other } = this.accounts;
    const { body } = await account.rest.post('/conversations', { type: 'direct', memberIds: [other.id] });
    const own = await send(account, body.id, 'Mine');
    return { id: body.id, message: await send(other, body.id, secretOf(body.id)), own: { [name]: own } };
  }

  private async createConversation(type: 'group' | 'room', withOwn: boolean): Promise<TestConversation> {
    const { owner, admin, removed, other } = this.accounts;
    const members = (['removed', 'blocked', 'member', 'admin', 'owner', 'deleted'] as const).filter(
      (name) => name !== 'deleted' || this.directConversations.size === 0,
    );
    const memberIds = [...members.map((name) => this.accounts[name].id), other.id].filter((id) => id !== owner.id);
    const { body } = await owner.rest.post('/conversations', { type, title: 'A title', memberIds });
    const { id } = body;
    await owner.rest.patch(`/conversations/${id}/members/${admin.id}`, { role: 'admin' });
    const own = withOwn ? members : [];
    const messages = await Promise.all(own.map(async (name) => [name, await send(this.accounts[name], id, 'Mine')]));
    await owner.rest.delete(`/conversations/${id}/members/${removed.id}`);
    return { id, message: await send(other, id, secretOf(id)), own: Object.fromEntries(messages) };
  }
}

/** The message of `other`, sent after `removed` was removed: it must never reach a role outside the conversation. */
export const secretOf = (conversationId: string): string => `The secret of ${conversationId}`;

/** The same request with ids that do not exist. */
export const withUnknownIds = (context: RequestContext): RequestContext => ({
  ...context,
  conversationId: randomUUID(),
  messageId: randomUUID(),
  sessionId: randomUUID(),
});

async function send(sender: Account, conversationId: string, text: string): Promise<string> {
  const { status, body } = await sender.rest.post('/messages', { conversationId, text });
  if (status !== 201) throw new Error(`the message was refused: ${JSON.stringify(body)}`);
  return body.id;
}
