import { expect, it } from '@jest/globals';

import { ConversationsRepository } from '../../src/conversations/conversations.repository.js';
import { ENTITIES } from '../../src/entities.js';
import type { ConnectionPool } from '../../src/infrastructure/database/connection-pool.js';
import { connect } from '../../src/infrastructure/database/data-source.js';
import { Database } from '../../src/infrastructure/database/database.js';
import type { Connection, Statement } from '../../src/infrastructure/database/transaction.js';
import { MembersRepository } from '../../src/members/members.repository.js';
import { OnlineUsers } from '../../src/presence/online-users.js';
import { UsersRepository } from '../../src/users/users.repository.js';
import { newConversation, newUser } from '../fakes/row-factories.js';
import { testDatabase } from '../harness/databases.js';
import { changeMembers, groupCommit } from './stores.js';

/** Counts the round trips of all transactions on a pool. */
function counting(pool: ConnectionPool): { pool: ConnectionPool; count: () => number } {
  let trips = 0;
  const counted = (connection: Connection): Connection => ({
    dialect: connection.dialect,
    run: (statements: readonly Statement[]) => {
      trips++;
      return connection.run(statements);
    },
    destroy: () => connection.destroy(),
  });
  return {
    pool: {
      dialect: pool.dialect,
      pool: pool.pool,
      rows: (sql, values) => pool.rows(sql, values),
      withConnection: (work) => pool.withConnection((connection) => work(counted(connection))),
      end: () => pool.end(),
    },
    count: () => trips,
  };
}

it('adds, promotes and removes members in two round trips and the commit', async () => {
  const home = await testDatabase();
  const connected = await connect(home.settings, ENTITIES);
  const { pool, count } = counting(connected.pool);
  const database = new Database(pool, undefined, connected.entities);
  const commits = groupCommit(database);
  const users = new UsersRepository(database);
  const ids: string[] = [];
  for (let i = 0; i < 4; i++) ids.push((await users.add(newUser())).id);
  const [ann = '', ben = '', cleo = '', dan = ''] = ids;
  const group = newConversation('group', [ann, dan]);
  await new ConversationsRepository(database, commits).create(group);
  const members = new MembersRepository(database, commits, new OnlineUsers(0));
  for (const changes of [
    [
      { kind: 'join', userId: ben, role: 'member' },
      { kind: 'join', userId: cleo, role: 'member' },
    ],
    [{ kind: 'role', userId: ben, role: 'admin' }],
    [{ kind: 'leave', userId: cleo }],
  ] as const) {
    const before = count();
    await changeMembers({ members }, group.id, ann, changes);
    expect(count() - before).toBe(3);
  }
  await database.onApplicationShutdown();
  await home.remove();
});
