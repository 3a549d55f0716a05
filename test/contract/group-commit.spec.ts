import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ENTITIES } from '../../src/entities.js';
import { DomainError } from '../../src/common/domain-error.js';
import { newId } from '../../src/common/uuid.js';
import { ConversationsRepository } from '../../src/conversations/conversations.repository.js';
import { Database } from '../../src/infrastructure/database/database.js';
import type { Transaction } from '../../src/infrastructure/database/transaction.js';
import { openDatabase } from '../../src/infrastructure/database/data-source.js';
import { GroupCommit } from '../../src/infrastructure/database/group-commit.js';
import { MessagesRepository } from '../../src/messages/messages.repository.js';
import type { Sent } from '../../src/messages/messages.store.js';
import { UsersRepository } from '../../src/users/users.repository.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { newConversation, newMessage, newUser, NOON, upTo } from './stores.js';

/** A database that counts its transactions, and loses its connection when it is told to. */
class Watched extends Database {
  transactions = 0;
  /** What the next transactions end with: a loss before the commit, or after it. */
  losses: ('before' | 'after')[] = [];

  constructor(private readonly real: Database) {
    super(Reflect.get(real, 'connections'));
  }

  override async write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    this.transactions++;
    const loss = this.losses.shift();
    const lost = new DomainError('unavailable', 'The database cannot be reached.', { retryAfterMs: 1_000 });
    const result = await this.real.write(async (tx) => {
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
  let database: Watched;
  let conversations: ConversationsRepository;
  let messages: MessagesRepository;
  let [ann, ben, outsider] = ['', '', ''];
  let group: string;
  beforeEach(async () => {
    home = await testDatabase();
    database = new Watched(await openDatabase(home.settings, ENTITIES));
    const commits = new GroupCommit(database);
    conversations = new ConversationsRepository(database, commits);
    messages = new MessagesRepository(database, commits);
    const users = new UsersRepository(database);
    [ann, ben, outsider] = [
      (await users.add(newUser())).id,
      (await users.add(newUser())).id,
      (await users.add(newUser())).id,
    ];
    group = (await conversations.create(newConversation('group', [ann, ben]))).id;
    database.transactions = 0;
  });
  afterEach(async () => {
    await database.onApplicationShutdown();
    await home.remove();
  });

  const counters = async (id = group): Promise<unknown> => {
    const [row] = await database.rows('SELECT last_seq, rev FROM conversations WHERE id = ?', [id]);
    return row && { lastSeq: Number(row['last_seq']), rev: Number(row['rev']) };
  };
  const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 'ok',
      (error: unknown) => (error instanceof DomainError ? error.code : error),
    );

  it('stores what waits with one transaction, in the order in which it came', async () => {
    const stored: number[] = [];
    const sends = upTo(300).map((n) =>
      messages.append(newMessage(group, n % 2 ? ann : ben, { text: `m${n}` }), ({ message }) =>
        stored.push(message.seq),
      ),
    );
    const sent = await Promise.all(sends);
    expect(sent.map(({ message }) => [message.seq, message.rev, message.text])).toEqual(
      upTo(300).map((n) => [n, n + 1, `m${n}`]),
    );
    expect(stored).toEqual(upTo(300));
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

  it('gives each sender the view that everybody reads', async () => {
    const first = newMessage(group, ann, { text: 'Quoted' });
    const [one, two] = await Promise.all([
      messages.append(first),
      messages.append(
        newMessage(group, ben, { replyToId: first.id, mentions: [ann], metadata: '{"a":[1]}', text: 'Answer' }),
      ),
    ]);
    expect(two.message.replyTo).toEqual({ id: first.id, seq: 1, senderId: ann, preview: 'Quoted' });
    expect([one, two].map(({ message }) => message)).toEqual(await messages.range(group, 1, 2));
  });

  it('tells in the order of rev, whatever the changes are, and before the one who asked', async () => {
    const heard: number[] = [];
    const told = (rev: number): void => void heard.push(rev);
    const first = await messages.append(newMessage(group, ann), ({ message }) => told(message.rev));
    const after: number[] = [];
    const asked = upTo(40).map(async (n) => {
      if (n % 3 === 0) {
        await messages.change(
          first.message.id,
          ann,
          NOON,
          () => ({ kind: 'edit', text: `e${n}` }),
          ({ message }) => told(message.rev),
        );
      } else if (n % 3 === 1) {
        await messages.append(newMessage(group, ben), ({ message }) => told(message.rev));
      } else {
        await conversations.rename(
          group,
          ann,
          NOON,
          () => ({ title: `t${n}`, topic: null }),
          ({ conversation }) => told(conversation.rev),
        );
      }
      after.push(heard.length);
    });
    await Promise.all(asked);
    expect(heard).toEqual(upTo(41).map((n) => n + 1));
    expect(after.every((count) => count > 1)).toBe(true);
    expect(await counters()).toMatchObject({ rev: 42 });
  });

  it('refuses a bad one alone', async () => {
    const known = (await messages.append(newMessage(group, ann, { text: 'Known' }))).message;
    const asked = await Promise.all([
      codeOf(messages.append(newMessage(group, ann))),
      codeOf(messages.append(newMessage(group, outsider))),
      codeOf(messages.append(newMessage(newId(), ann))),
      codeOf(messages.append(newMessage(group, ann, { replyToId: newId() }))),
      codeOf(messages.append(newMessage(group, ann, { mentions: [outsider] }))),
      codeOf(messages.append(newMessage(group, ann, { id: known.id, text: 'Other' }))),
      codeOf(messages.append(newMessage(group, ben))),
      codeOf(
        conversations.rename(group, ben, NOON, () => {
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

  it('takes a batch apart when one of them breaks it, and stores the others once', async () => {
    const broken = messages.append(newMessage(group, ann, { text: 'x', metadata: 'no JSON at all' }));
    const asked = [messages.append(newMessage(group, ann)), broken, messages.append(newMessage(group, ben))];
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await counters()).toEqual({ lastSeq: 2, rev: 3 });
  });

  it('stores one and the same send once, however often it waits', async () => {
    const message = newMessage(group, ann);
    const heard: Sent[] = [];
    const sent = await Promise.all(upTo(5).map(() => messages.append(message, (each) => heard.push(each))));
    expect(sent.map(({ created }) => created)).toEqual([true, false, false, false, false]);
    expect(new Set(sent.map(({ message: { seq } }) => seq))).toEqual(new Set([1]));
    expect(await messages.append(message)).toMatchObject({ created: false, message: { seq: 1 } });
    expect(await counters()).toEqual({ lastSeq: 1, rev: 2 });
  });

  it.each([['before'], ['after']] as const)(
    'tries again when the connection is lost %s the commit, doubles nothing, and tells everybody',
    async (moment) => {
      database.losses = [moment];
      const heard: number[] = [];
      const sent = await Promise.all(
        upTo(3).map(() =>
          messages.append(newMessage(group, ann), ({ created, message }) => created && heard.push(message.rev)),
        ),
      );
      expect(sent.map(({ message }) => message.seq)).toEqual([1, 2, 3]);
      expect(heard).toEqual([2, 3, 4]);
      expect(await counters()).toEqual({ lastSeq: 3, rev: 4 });
    },
  );

  it('says unavailable while the database is gone, and goes on when it is back', async () => {
    database.losses = ['before', 'before', 'before'];
    const asked = await Promise.all(upTo(3).map(() => codeOf(messages.append(newMessage(group, ann)))));
    expect(asked).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(await counters()).toEqual({ lastSeq: 0, rev: 1 });
    expect((await messages.append(newMessage(group, ann))).message.seq).toBe(1);
  });

  it('keeps nobody waiting behind a batch that is lost', async () => {
    database.losses = ['before', 'before', 'before'];
    const asked = [codeOf(messages.append(newMessage(group, ann)))];
    while (database.transactions === 0) await new Promise(setImmediate);
    asked.push(...upTo(1_000).map(() => codeOf(messages.append(newMessage(group, ben)))));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['unavailable']));
    expect(database.transactions).toBe(3);
    expect((await messages.append(newMessage(group, ann))).message.seq).toBe(1);
  });

  it('tells everybody of a send that was stored without an answer, once, when it comes again', async () => {
    database.losses = ['after', 'after', 'after'];
    const [doubtful, refused] = [newMessage(group, ann), newMessage(group, ben)];
    const heard: number[] = [];
    const send = (message: typeof doubtful) =>
      messages.append(message, (sent) => sent.created && heard.push(sent.message.seq));
    const lost = codeOf(send(doubtful));
    while (database.transactions === 0) await new Promise(setImmediate);
    expect(await Promise.all([lost, codeOf(send(refused))])).toEqual(['unavailable', 'unavailable']);
    expect(await counters()).toEqual({ lastSeq: 1, rev: 2 });
    expect(heard).toEqual([]);
    await Promise.all([send(doubtful), send(doubtful), send(refused)]);
    await Promise.all([send(doubtful), send(refused)]);
    expect(heard).toEqual([1, 2]);
    database.losses = ['before', 'before', 'before'];
    const neverStored = newMessage(group, ann);
    expect(await codeOf(send(neverStored))).toBe('unavailable');
    for (let time = 1; time <= 2; time++) await send(neverStored);
    expect(heard).toEqual([1, 2, 3]);
    expect(await counters()).toEqual({ lastSeq: 3, rev: 4 });
  });

  it('tells everybody of such a send once, also when the transaction that finds it is run again', async () => {
    database.losses = ['after', 'after', 'after'];
    const doubtful = newMessage(group, ann);
    const heard: number[] = [];
    const send = () => messages.append(doubtful, (sent) => sent.created && heard.push(sent.message.seq));
    expect(await codeOf(send())).toBe('unavailable');
    // It breaks the first transaction, after the send was found: each goes alone.
    const broken = newMessage(group, ben, { metadata: 'no JSON at all' });
    const outcomes = await Promise.allSettled([send(), send(), messages.append(broken)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[0]).toMatchObject({ value: { created: true, message: { seq: 1 } } });
    expect(outcomes[1]).toMatchObject({ value: { created: false, message: { seq: 1 } } });
    await send();
    expect(heard).toEqual([1]);
  });

  it('tells everybody once of a send that waits twice while the answer to its commit is lost', async () => {
    database.losses = ['after'];
    const message = newMessage(group, ann);
    const sent = await Promise.all([messages.append(message), messages.append(message)]);
    expect(sent.map(({ created }) => created)).toEqual([true, false]);
  });

  it('turns away what is too much, and stores what it took', async () => {
    const asked = await Promise.all(upTo(10_050).map(() => codeOf(messages.append(newMessage(group, ann)))));
    const stored = asked.filter((code) => code === 'ok').length;
    expect(stored).toBeGreaterThanOrEqual(10_000);
    expect(asked.filter((code) => code === 'unavailable')).toHaveLength(10_050 - stored);
    expect(stored).toBeLessThan(10_050);
    expect(await counters()).toEqual({ lastSeq: stored, rev: stored + 1 });
  });

  it('keeps several nodes on one database from doubling, losing or waiting for each other in a ring', async () => {
    const other = new MessagesRepository(database, new GroupCommit(database));
    const places = await Promise.all(
      upTo(8).map(async () => (await conversations.create(newConversation('group', [ann, ben]))).id),
    );
    const shared = upTo(20).map((n) => newMessage(places[n % 8]!, ann));
    await Promise.all(
      upTo(400).flatMap((n) => [
        messages.append(newMessage(places[n % 8]!, ann)),
        other.append(newMessage(places[(n * 3) % 8]!, ben)),
        ...(n <= 20 ? [messages.append(shared[n - 1]!), other.append(shared[n - 1]!)] : []),
      ]),
    );
    const rows = await database.rows('SELECT conversation_id, seq FROM messages');
    expect(rows).toHaveLength(820);
    for (const id of places) {
      const seqs = rows.filter((row) => row['conversation_id'] === id).map((row) => Number(row['seq']));
      expect(seqs.sort((a, b) => a - b)).toEqual(upTo(seqs.length));
      expect(await counters(id)).toEqual({ lastSeq: seqs.length, rev: seqs.length + 1 });
    }
  });
});
