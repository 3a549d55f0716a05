import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { DomainError } from '../../src/common/domain-error.js';
import { authoriseMember, authoriseRename, type Role, ROLES } from '../../src/conversations/conversation.js';
import type { MemberChange, MemberFacts } from '../../src/members/member-changes.js';
import { authoriseJoin, authoriseLeave, roleChanges } from '../../src/members/member-rules.js';
import type { NewMessage } from '../../src/messages/message.js';
import type { MessageView } from '../../src/read-models/message.view.dto.js';
import { newMessage, NOON } from '../fakes/row-factories.js';
import { ascending, conversationOf, people, type Stores, STORES, upTo } from './stores.js';

const PEOPLE = 5;

/** An action of a user. Users and earlier sends are identified by number. */
type Deed =
  | { readonly kind: 'send' | 'join' | 'leave'; readonly who: number }
  | { readonly kind: 'retry'; readonly send: number }
  | { readonly kind: 'role'; readonly who: number; readonly whom: number; readonly role: Role }
  | { readonly kind: 'rename'; readonly who: number; readonly title: string };

const who = fc.nat(PEOPLE - 1);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), who }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('retry' as const), send: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('join' as const, 'leave' as const), who }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('role' as const), who, whom: who, role: fc.constantFrom(...ROLES) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('rename' as const), who, title: fc.constantFrom('A', 'B', 'C') }),
  },
);
/** The actions of a batch run concurrently, the batches one after the other. */
const batches = fc.array(fc.array(deed, { minLength: 1, maxLength: 8, size: 'max' }), {
  minLength: 1,
  maxLength: 6,
  size: 'max',
});

/** One room, with the revs that its changes took. */
class Room {
  readonly revs: number[] = [];
  readonly sends: NewMessage[] = [];
  /** The answers to the sends of each message, by id. */
  readonly answers = new Map<string, MessageView[]>();

  constructor(
    private readonly stores: Stores,
    private readonly users: readonly string[],
    readonly id: string,
  ) {}

  /** Runs an action. A refusal is a valid outcome; any other error fails the test. */
  async happen(deed: Deed): Promise<void> {
    try {
      await this.attempt(deed);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }

  private attempt(deed: Deed): Promise<void> {
    switch (deed.kind) {
      case 'send':
        return this.send(newMessage(this.id, this.user(deed.who), { text: `message ${this.sends.length}` }));
      case 'retry':
        return this.retry(deed.send);
      case 'join':
        return this.change(this.user(deed.who), [], ({ standing }) => {
          authoriseJoin(standing);
          return standing.membership ? [] : [{ kind: 'join', userId: this.user(deed.who), role: 'member' }];
        });
      case 'leave':
        return this.change(this.user(deed.who), [], ({ standing, successor }) => {
          const { role, userId } = authoriseLeave(standing);
          const left: MemberChange = { kind: 'leave', userId };
          return role === 'owner' && successor ? [left, { kind: 'role', userId: successor.userId, role }] : [left];
        });
      case 'role':
        return this.change(this.user(deed.who), [this.user(deed.whom)], ({ standing, targets }) =>
          roleChanges(standing, targets.get(this.user(deed.whom)) ?? null, deed.role).map((given) => ({
            kind: 'role',
            ...given,
          })),
        );
      case 'rename':
        return this.rename(this.user(deed.who), deed.title);
    }
  }

  private user(number: number): string {
    return this.users[number] ?? '';
  }

  private async send(message: NewMessage): Promise<void> {
    this.sends.push(message);
    await this.append(message);
  }

  private async retry(number: number): Promise<void> {
    const message = this.sends[number % Math.max(this.sends.length, 1)];
    if (message) await this.append(message);
  }

  private async append(append: NewMessage): Promise<void> {
    const { result: message, events } = await this.stores.messages.append(append);
    this.answers.set(message.id, [...(this.answers.get(message.id) ?? []), message]);
    if (events.length > 0) this.revs.push(message.rev);
  }

  private async change(
    actorId: string,
    targetIds: readonly string[],
    decide: (found: MemberFacts) => readonly MemberChange[],
  ): Promise<void> {
    const command = { conversationId: this.id, actorId, targetIds, joiningIds: [actorId], now: NOON };
    const { result } = await this.stores.members.change(command, decide);
    this.revs.push(...(result?.changes.map(({ rev }) => rev) ?? []));
  }

  private async rename(actorId: string, title: string): Promise<void> {
    const command = { id: this.id, actorId, now: NOON };
    const { result, events } = await this.stores.conversations.rename(command, (standing) => {
      authoriseMember(standing);
      authoriseRename(standing);
      return { title, topic: null };
    });
    if (result && events.length > 0) this.revs.push(result.rev);
  }
}

describe.each(STORES)('the log of a conversation %s', (where, open) => {
  let stores: Stores;
  let users: string[];
  beforeAll(async () => {
    stores = await open();
    users = await people(stores, PEOPLE);
  });
  afterAll(() => stores.close());

  async function check(room: Room): Promise<void> {
    const { id } = room;
    const standing = await stores.conversations.standing(id, users[0] ?? '');
    if (!standing) throw new Error('The room is there.');
    const { lastSeq, rev, memberCount } = standing.conversation;

    // Each rev was assigned once without gaps; the creation took the first.
    expect(ascending(room.revs)).toEqual(upTo(rev).slice(1));

    const messages = await stores.messages.range(id, 1, Number.MAX_SAFE_INTEGER);
    expect(messages.map(({ seq }) => seq)).toEqual(upTo(lastSeq));
    for (const [index, message] of messages.slice(1).entries()) {
      expect(message.rev).toBeGreaterThan(messages[index]?.rev ?? Infinity);
    }

    // Each message is stored once, and each send and retry returned it.
    expect([...room.answers.keys()].sort()).toEqual(messages.map((message) => message.id).sort());
    for (const message of messages) {
      for (const answer of room.answers.get(message.id) ?? []) expect(answer).toEqual(message);
    }

    // Read backwards in small pages, the order is the same.
    const backwards: MessageView[] = [];
    for (let last = lastSeq; last > 0; last -= 3) {
      backwards.unshift(...(await stores.messages.range(id, Math.max(last - 2, 1), last)));
    }
    expect(backwards).toEqual(messages);

    const members = await stores.members.page(id, null, 100);
    expect(members).toHaveLength(memberCount);
    expect(members.filter(({ role }) => role === 'owner').length).toBeLessThanOrEqual(1);
    for (const { user, readSeq, deliveredSeq, rev: memberRev } of members) {
      expect(memberRev).toBeLessThanOrEqual(rev);
      expect(deliveredSeq).toBeLessThanOrEqual(lastSeq);
      const view = await stores.conversations.view(id, user.id);
      expect(view?.me?.unreadCount).toBe(lastSeq - readSeq);
      expect(view?.me?.unreadCount).toBeGreaterThanOrEqual(0);
      expect(view?.lastMessage ?? null).toEqual(messages.at(-1) ?? null);
    }
  }

  it('stays gapless, ordered and correctly counted under concurrent changes', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (script) => {
        const room = new Room(stores, users, await conversationOf(stores, 'room', users.slice(0, 3)));
        for (const batch of script) await Promise.all(batch.map((deed) => room.happen(deed)));
        await check(room);
      }),
      { numRuns: where === 'in memory' ? 100 : 25 },
    );
  });
});
