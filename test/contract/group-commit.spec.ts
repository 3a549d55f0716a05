import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { DomainError } from '../../src/common/domain-error.js';
import { newId } from '../../src/common/ids.js';
import { ConversationsRepository } from '../../src/conversations/conversations.repository.js';
import { ENTITIES } from '../../src/entities.js';
import { connect } from '../../src/infrastructure/database/data-source.js';
import { Database } from '../../src/infrastructure/database/database.js';
import type { Transaction } from '../../src/infrastructure/database/transaction.js';
import { MessagesRepository } from '../../src/messages/messages.repository.js';
import { UsersRepository } from '../../src/users/users.repository.js';
import { RecordedEvents } from '../fakes/recorded-events.js';
import { newConversation, newMessage, newUser, NOON } from '../fakes/row-factories.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { groupCommit, upTo } from './stores.js';

/** Counts its transactions, and loses the connection in those that a test names. */
class LossyDatabase extends Database {
  transactions = 0;
  /** For the next transactions: whether the connection is lost before or after the commit. */
  losses: ('before' | 'after')[] = [];

  override async write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.transactions++;
    const loss = this.losses.shift();
    const lost = new DomainError('unavailable', 'The database cannot be reached.', { retryAfterMs: 1_000 });
    const result = await super.write(async (tx) => {
      const done = await work(tx);
      if (loss === 'before') throw lost;
      return done;
    });
    if (loss === 'after') throw lost;
    return result;
  }
}

describe('group commit', () => {
  let home: TestDatabase;
  let database: LossyDatabase;
  let events: RecordedEvents;
  let conversations: ConversationsRepository;
  let messages: MessagesRepository;
  let [ann, ben, outsider] = ['', '', ''];
  let group: string;
  beforeEach(async () => {
    home = await testDatabase();
    const { pool, entities } = await connect(home.settings, ENTITIES);
    database = new LossyDatabase(pool, undefined, entities);
    events = new RecordedEvents();
    const commits = groupCommit(database, events);
    conversations = new ConversationsRepository(database, commits);
    messages = new MessagesRepository(database, commits);
    const users = new UsersRepository(database);
    [ann, ben, outsider] = [
      (await users.add(newUser())).id,
      (await users.add(newUser())).id,
      (await users.add(newUser())).id,
    ];
    group = (await conversations.create(newConversation('group', [ann, ben]))).result.id;
    database.transactions = 0;
    events.take();
  });
  afterEach(async () => {
    await database.onApplicationShutdown();
    await home.remove();
  });

  const counters = async (id = group): Promise<unknown> => {
    const [row] = await database.rows('SELECT last_seq, rev FROM conversations WHERE id = ?', [id]);
    return row && { lastSeq: Number(row['last_seq']), rev: Number(row['rev']) };
  };
  /** The `rev` of each event published since the last call. */
  const revs = (): number[] => events.take().map(({ event }) => event.rev);
  const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'ok',
      (error: unknown) => (error instanceof DomainError ? error.code : error),
    );

  it('stores waiting changes in one transaction, in the order of arrival', async () => {
    const sends = upTo(300).map((n) => messages.append(newMessage(group, n % 2 ? ann : ben, { text: `m${n}` })));
    const sent = await Promise.all(sends);
    expect(sent.map(({ result }) => [result.seq, result.rev, result.text])).toEqual(
      upTo(300).map((n) => [n, n + 1, `m${n}`]),
    );
    expect(revs()).toEqual(upTo(300).map((n) => n + 1));
    expect(database.transactions).toBeLessThanOrEqual(2);
    expect(await counters()).toEqual({ lastSeq: 300, rev: 301 });
    expect((await messages.range(group, 1, 300)).map(({ text }) => text)).toEqual(upTo(300).map((n) => `m${n}`));
    const markers = await database.rows(
      'SELECT user_id, read_seq, delivered_seq FROM members WHERE conversation_id = ?',
      [group],
    );
    const moved = markers.map((row) => [row['user_id'], Number(row['read_seq']), Number(row['delivered_seq'])]);
    expect(moved.sort()).toEqual(
      [
        [ann, 299, 299],
        [ben, 300, 300],
      ].sort(),
    );
  });

  it('returns to the sender the view that other members read', async () => {
    const first = newMessage(group, ann, { text: 'Quoted' });
    const [one, two] = await Promise.all([
      messages.append(first),
      messages.append(
        newMessage(group, ben, { replyToId: first.id, mentions: [ann], metadata: '{"a":[1]}', text: 'Answer' }),
      ),
    ]);
    expect(two.result.replyTo).toEqual({ id: first.id, seq: 1, senderId: ann, preview: 'Quoted' });
    expect([one, two].map(({ result }) => result)).toEqual(await messages.range(group, 1, 2));
  });

  it('publishes events of all kinds of changes in the order of rev, before the promise of a change resolves', async () => {
    const first = await messages.append(newMessage(group, ann));
    const change = (n: number): Promise<{ result: { rev: number } | null }> => {
      if (n % 2) return messages.append(newMessage(group, ben));
      return n % 4
        ? messages.change(first.result.id, ann, NOON, () => ({ kind: 'edit', text: `e${n}` }))
        : conversations.rename({ id: group, actorId: ann, now: NOON }, () => ({ title: `Title ${n}`, topic: null }));
    };
    const publishedFirst: boolean[] = [];
    const wasPublished = (rev: number): boolean =>
      events.published.some(({ event }) => 'rev' in event && event.rev === rev);
    await Promise.all(
      upTo(40).map(async (n) => {
        const { result } = await change(n);
        publishedFirst.push(wasPublished(result?.rev ?? 0));
      }),
    );
    expect(publishedFirst).toEqual(upTo(40).map(() => true));
    expect(revs()).toEqual(upTo(41).map((n) => n + 1));
    expect(await counters()).toMatchObject({ rev: 42 });
  });

  it('refuses an invalid change without the rest of its batch', async () => {
    const known = (await messages.append(newMessage(group, ann, { text: 'Known' }))).result;
    const asked = await Promise.all([
      codeOf(messages.append(newMessage(group, ann))),
      codeOf(messages.append(newMessage(group, outsider))),
      codeOf(messages.append(newMessage(newId(), ann))),
      codeOf(messages.append(newMessage(group, ann, { replyToId: newId() }))),
      codeOf(messages.append(newMessage(group, ann, { mentions: [outsider] }))),
      codeOf(messages.append(newMessage(group, ann, { id: known.id, text: 'Other' }))),
      codeOf(messages.append(newMessage(group, ben))),
      codeOf(
        conversations.rename({ id: group, actorId: ben, now: NOON }, () => {
          throw new DomainError('forbidden', 'No.');
        }),
      ),
    ]);
    expect(asked).toEqual([
      'ok',
      'not_found',
      'not_found',
      'not_found',
      'validation_failed',
      'id_conflict',
      'ok',
      'forbidden',
    ]);
    expect(await counters()).toEqual({ lastSeq: 3, rev: 4 });
  });

  it('runs the changes of a batch one by one when one of them breaks it, and stores the others once', async () => {
    const broken = messages.append(newMessage(group, ann, { text: 'x', metadata: 'no JSON at all' }));
    const asked = [messages.append(newMessage(group, ann)), broken, messages.append(newMessage(group, ben))];
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await counters()).toEqual({ lastSeq: 2, rev: 3 });
  });

  it('stores a send that waits several times once, and publishes it once', async () => {
    const message = newMessage(group, ann);
    const sent = await Promise.all(upTo(5).map(() => messages.append(message)));
    expect(sent.map((each) => each.events.length)).toEqual([1, 0, 0, 0, 0]);
    expect(new Set(sent.map(({ result }) => result.seq))).toEqual(new Set([1]));
    expect(await messages.append(message)).toMatchObject({ events: [], result: { seq: 1 } });
    expect(revs()).toEqual([2]);
    expect(await counters()).toEqual({ lastSeq: 1, rev: 2 });
  });

  it.each([['before'], ['after']] as const)(
    'retries a batch when the connection is lost %s the commit, stores it once and publishes its events',
    async (moment) => {
      database.losses = [moment];
      const sent = await Promise.all(upTo(3).map(() => messages.append(newMessage(group, ann))));
      expect(sent.map(({ result }) => result.seq)).toEqual([1, 2, 3]);
      expect(revs()).toEqual([2, 3, 4]);
      expect(await counters()).toEqual({ lastSeq: 3, rev: 4 });
    },
  );

  it('rejects with unavailable while the database is unreachable, and stores again once it is back', async () => {
    database.losses = ['before', 'before', 'before'];
    const asked = await Promise.all(upTo(3).map(() => codeOf(messages.append(newMessage(group, ann)))));
    expect(asked).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(await counters()).toEqual({ lastSeq: 0, rev: 1 });
    expect((await messages.append(newMessage(group, ann))).result.seq).toBe(1);
  });

  it('rejects the queue behind a batch that the database did not answer', async () => {
    database.losses = ['before', 'before', 'before'];
    const asked = [codeOf(messages.append(newMessage(group, ann)))];
    while (database.transactions === 0) await new Promise(setImmediate);
    asked.push(...upTo(1_000).map(() => codeOf(messages.append(newMessage(group, ben)))));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['unavailable']));
    expect(database.transactions).toBe(3);
    expect((await messages.append(newMessage(group, ann))).result.seq).toBe(1);
  });

  it('publishes a send whose commit was not confirmed once, when it is repeated', async () => {
    database.losses = ['after', 'after', 'after'];
    const [doubtful, refused] = [newMessage(group, ann), newMessage(group, ben)];
    const lost = codeOf(messages.append(doubtful));
    while (database.transactions === 0) await new Promise(setImmediate);
    expect(await Promise.all([lost, codeOf(messages.append(refused))])).toEqual(['unavailable', 'unavailable']);
    expect(await counters()).toEqual({ lastSeq: 1, rev: 2 });
    expect(revs()).toEqual([]);
    await Promise.all([doubtful, doubtful, refused].map((message) => messages.append(message)));
    await Promise.all([doubtful, refused].map((message) => messages.append(message)));
    expect(revs()).toEqual([2, 3]);
    database.losses = ['before', 'before', 'before'];
    const neverStored = newMessage(group, ann);
    expect(await codeOf(messages.append(neverStored))).toBe('unavailable');
    for (let time = 1; time <= 2; time++) await messages.append(neverStored);
    expect(revs()).toEqual([4]);
    expect(await counters()).toEqual({ lastSeq: 3, rev: 4 });
  });

  it('publishes an unconfirmed send once when it is repeated in a batch that breaks', async () => {
    database.losses = ['after', 'after', 'after'];
    const doubtful = newMessage(group, ann);
    expect(await codeOf(messages.append(doubtful))).toBe('unavailable');
    const broken = newMessage(group, ben, { metadata: 'no JSON at all' });
    const outcomes = await Promise.allSettled([doubtful, doubtful, broken].map((message) => messages.append(message)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[0]).toMatchObject({ value: { events: [{ name: 'message.created' }], result: { seq: 1 } } });
    expect(outcomes[1]).toMatchObject({ value: { events: [], result: { seq: 1 } } });
    await messages.append(doubtful);
    expect(revs()).toEqual([2]);
  });

  it('publishes a send once that waits twice while the answer to its commit is lost', async () => {
    database.losses = ['after'];
    const message = newMessage(group, ann);
    const sent = await Promise.all([messages.append(message), messages.append(message)]);
    expect(sent.map((each) => each.events.length)).toEqual([1, 0]);
    expect(revs()).toEqual([2]);
  });

  it('rejects changes beyond its bound, and stores those that it accepted', async () => {
    const asked = await Promise.all(upTo(10_050).map(() => codeOf(messages.append(newMessage(group, ann)))));
    const stored = asked.filter((code) => code === 'ok').length;
    expect(stored).toBeGreaterThanOrEqual(10_000);
    expect(asked.filter((code) => code === 'unavailable')).toHaveLength(10_050 - stored);
    expect(stored).toBeLessThan(10_050);
    expect(await counters()).toEqual({ lastSeq: stored, rev: stored + 1 });
  });

  it('loses, repeats and deadlocks nothing between several nodes on one database', async () => {
    const other = new MessagesRepository(database, groupCommit(database));
    const ids = await Promise.all(
      upTo(8).map(async () => (await conversations.create(newConversation('group', [ann, ben]))).result.id),
    );
    const shared = upTo(20).map((n) => newMessage(ids[n % 8]!, ann));
    await Promise.all(
      upTo(400).flatMap((n) => [
        messages.append(newMessage(ids[n % 8]!, ann)),
        other.append(newMessage(ids[(n * 3) % 8]!, ben)),
        ...(n <= 20 ? [messages.append(shared[n - 1]!), other.append(shared[n - 1]!)] : []),
      ]),
    );
    const rows = await database.rows('SELECT conversation_id, seq FROM messages');
    expect(rows).toHaveLength(820);
    for (const id of ids) {
      const seqs = rows.filter((row) => row['conversation_id'] === id).map((row) => Number(row['seq']));
      expect(seqs.sort((a, b) => a - b)).toEqual(upTo(seqs.length));
      expect(await counters(id)).toEqual({ lastSeq: seqs.length, rev: seqs.length + 1 });
    }
  });
});
