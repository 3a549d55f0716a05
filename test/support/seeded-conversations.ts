import { randomUUID } from 'node:crypto';

import { Database } from '../../src/infrastructure/database/database.js';
import type { Account } from '../clients/account.js';
import type { TestServer } from '../harness/server.js';
import { emailToken } from './mail-token.js';

export type Person = 'owner' | 'admin' | 'member' | 'former' | 'outsider';
type Place = 'group' | 'room' | 'direct';

/**
 * Users in each relation to a group, a room and a direct conversation, with one message each. `former` was a member of
 * group and room, `outsider` never. The direct conversation is between `owner` and `member`.
 */
export interface SeededConversations {
  readonly people: Readonly<Record<Person, Account>>;
  readonly conversations: Readonly<Record<Place, string>>;
  /** The message by `owner` in each conversation. */
  readonly messages: Readonly<Record<Place, string>>;
  /** Mailed tokens of `outsider`. */
  readonly tokens: Readonly<Record<'verify' | 'reset', string>>;
  /** A public room created at start-up. */
  readonly general: string;
  /** An id that does not exist. */
  readonly unknownId: string;
}

export async function seedConversations(server: TestServer): Promise<SeededConversations> {
  const [owner, admin, member, former, outsider] = await Promise.all([
    server.account('owner'),
    server.account('admin'),
    server.account('member'),
    server.account('former'),
    server.account('outsider'),
  ]);
  const others = [admin.id, member.id, former.id];
  const make = async (body: object): Promise<string> => (await owner.rest.post('/conversations', body)).body.id;
  const places = {
    group: await make({ type: 'group', title: 'Group', memberIds: others }),
    room: await make({ type: 'room', title: 'Room', memberIds: others }),
    direct: await make({ type: 'direct', memberIds: [member.id] }),
  };
  for (const id of [places.group, places.room]) {
    await owner.rest.patch(`/conversations/${id}/members/${admin.id}`, { role: 'admin' });
    await owner.rest.delete(`/conversations/${id}/members/${former.id}`);
  }
  const say = async (conversationId: string): Promise<string> =>
    (await owner.rest.post('/messages', { conversationId, text: 'Hello' })).body.id;
  const messages = { group: await say(places.group), room: await say(places.room), direct: await say(places.direct) };
  const { body } = await owner.rest.get('/conversations/discover?q=general');
  return {
    people: { owner, admin, member, former, outsider },
    conversations: places,
    messages,
    tokens: {
      verify: await emailToken(server, outsider, 'verify'),
      reset: await emailToken(server, outsider, 'reset'),
    },
    general: body.items[0].id,
    unknownId: randomUUID(),
  };
}

/** All rows of the main tables, to compare before and after. */
export async function allRows(server: TestServer): Promise<Record<string, unknown>> {
  const database = server.running.app.get(Database);
  const tables = ['users', 'sessions', 'conversations', 'members', 'messages', 'reactions', 'blocks', 'mail_tokens'];
  const contents = await Promise.all(tables.map((table) => database.rows(`SELECT * FROM ${table}`)));
  return Object.fromEntries(tables.map((table, index) => [table, contents[index]]));
}
