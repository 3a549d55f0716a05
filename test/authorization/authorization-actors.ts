import { randomUUID } from 'node:crypto';

import { type Account, PASSWORD } from '../clients/account.js';
import type { Place, Scene } from '../fuzz/request-samples.js';
import type { TestServer } from '../harness/server.js';
import type { Cell, Role } from './authorization-matrix.js';

/** Those with an account; two of them only have things done to them. */
type Person = Exclude<Role, 'nobody'> | 'other' | 'newcomer';
const PEOPLE: readonly Person[] = [
  ...(['deleted', 'outsider', 'removed', 'blocked', 'member', 'admin', 'owner'] as const),
  ...(['other', 'newcomer'] as const),
];

/** A conversation, the message of `other` in it, and one of each who is or was in it. */
interface Spot {
  readonly id: string;
  readonly message: string;
  readonly own: Partial<Record<Person, string>>;
}

/** People in every role, and conversations in which they have it. */
export class AuthorizationActors {
  private readonly shared = new Map<Place, Spot>();
  /** The direct conversation of each with `other`. */
  private readonly pairs = new Map<Person, Spot>();

  private constructor(readonly people: Readonly<Record<Person, Account>>) {}

  static async gather(server: TestServer): Promise<AuthorizationActors> {
    const accounts = await Promise.all(PEOPLE.map(async (person) => [person, await server.account(person)] as const));
    const cast = new AuthorizationActors(Object.fromEntries(accounts) as Record<Person, Account>);
    const { deleted, blocked, other, newcomer } = cast.people;
    for (const place of ['group', 'room'] as const) cast.shared.set(place, await cast.makeSpot(place, true));
    for (const person of ['deleted', 'blocked', 'member'] as const) cast.pairs.set(person, await cast.makePair(person));
    await other.rest.put(`/users/me/blocks/${blocked.id}`);
    await newcomer.rest.put(`/users/me/blocks/${blocked.id}`);
    await deleted.rest.delete('/users/me', { password: PASSWORD });
    return cast;
  }

  /** The session that somebody asks with, as an `AuthResult`: theirs, or one that the request may use up. */
  async session(role: Role, isFresh: boolean): Promise<Account['auth']> {
    if (role === 'nobody') return undefined;
    const account = this.people[role];
    return isFresh && role !== 'deleted' ? account.login() : account.auth;
  }

  /**
   * What somebody asks about.
   * @param session theirs, which it is about where the cell says `own`
   * @param isFresh whether what is asked may use it up: a group or room is then made for it
   */
  async scene({ role, place, isOwn }: Cell, session: Account['auth'], isFresh: boolean): Promise<Scene> {
    const { newcomer, other } = this.people;
    const spot = await this.spot(role, place ?? 'group', isOwn, isFresh && place !== undefined);
    const named = isOwn && session ? session : other.auth;
    return {
      place: place ?? 'group',
      conversationId: spot.id,
      messageId: (isOwn && role !== 'nobody' && spot.own[role]) || spot.message,
      userId: place === undefined ? newcomer.id : other.id,
      newcomerId: newcomer.id,
      sessionId: named.session.id,
      username: named.user.username,
      accessToken: named.accessToken,
      refreshToken: session ? named.refreshToken : 'of nobody',
    };
  }

  private async spot(role: Role, place: Place, isOwn: boolean, isFresh: boolean): Promise<Spot> {
    if (place === 'direct') return this.pairs.get(role as Person) ?? this.pairs.get('member')!;
    return isFresh ? this.makeSpot(place, isOwn) : this.shared.get(place)!;
  }

  private async makePair(person: 'deleted' | 'blocked' | 'member'): Promise<Spot> {
    const account = this.people[person];
    const { other } = this.people;
    const { body } = await account.rest.post('/conversations', { type: 'direct', memberIds: [other.id] });
    const own = await say(account, body.id, 'Mine');
    return { id: body.id, message: await say(other, body.id, secretOf(body.id)), own: { [person]: own } };
  }

  private async makeSpot(type: 'group' | 'room', withOwn: boolean): Promise<Spot> {
    const { owner, admin, removed, other } = this.people;
    const inside = (['removed', 'blocked', 'member', 'admin', 'owner', 'deleted'] as const).filter(
      (person) => person !== 'deleted' || this.pairs.size === 0,
    );
    const memberIds = [...inside.map((person) => this.people[person].id), other.id].filter((id) => id !== owner.id);
    const { body } = await owner.rest.post('/conversations', { type, title: 'A title', memberIds });
    const { id } = body;
    await owner.rest.patch(`/conversations/${id}/members/${admin.id}`, { role: 'admin' });
    const own = withOwn ? inside : [];
    const messages = await Promise.all(own.map(async (person) => [person, await say(this.people[person], id, 'Mine')]));
    await owner.rest.delete(`/conversations/${id}/members/${removed.id}`);
    return { id, message: await say(other, id, secretOf(id)), own: Object.fromEntries(messages) };
  }
}

/** What `other` says in a conversation, after `removed` was removed: whoever is outside never gets to read it. */
export const secretOf = (conversationId: string): string => `The secret of ${conversationId}`;

/** What is the same without a thing: the ids of a scene, of nothing. */
export const withoutAnything = (scene: Scene): Scene => ({
  ...scene,
  conversationId: randomUUID(),
  messageId: randomUUID(),
  sessionId: randomUUID(),
});

async function say(by: Account, conversationId: string, text: string): Promise<string> {
  const { status, body } = await by.rest.post('/messages', { conversationId, text });
  if (status !== 201) throw new Error(`could not say it: ${JSON.stringify(body)}`);
  return body.id;
}
