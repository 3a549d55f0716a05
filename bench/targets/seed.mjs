import { createHash, createHmac, randomBytes } from 'node:crypto';

import { v7 as uuid } from 'uuid';

/** The key that signs the tokens of a run, shared with the server. */
export const JWT_SECRET = randomBytes(48).toString('base64');

const ROWS_PER_INSERT = 500;
const NUMBERS = 100_000;
const DAY_S = 86_400;

const sqlTime = (ms) => new Date(ms).toISOString().slice(0, 23).replace('T', ' ');

/** Inserts rows with the same columns, `ROWS_PER_INSERT` per statement. */
async function insert(connection, table, rows) {
  const columns = Object.keys(rows[0] ?? {});
  for (let first = 0; first < rows.length; first += ROWS_PER_INSERT) {
    const some = rows.slice(first, first + ROWS_PER_INSERT);
    const tuples = some.map(() => `(${columns.map(() => '?').join(',')})`).join(',');
    await connection.run(
      `INSERT INTO ${table} (${columns.join(',')}) VALUES ${tuples}`,
      some.flatMap((row) => columns.map((column) => row[column])),
    );
  }
}

/** Seeds users with one active session and its access token each. They have no password, so password login fails. */
export async function seedUsers(connection, count) {
  const now = Date.now();
  const users = Array.from({ length: count }, () => ({ id: uuid(), sessionId: uuid() }));
  await insert(
    connection,
    'users',
    users.map(({ id }, n) => ({
      id,
      username: `user.${id.slice(-12)}`,
      display_name: `User ${n}`,
      display_name_folded: `user ${n}`,
      state_rev: 0,
      created_at: sqlTime(now),
    })),
  );
  await insert(
    connection,
    'sessions',
    users.map(({ id, sessionId }) => ({
      id: sessionId,
      user_id: id,
      platform: 'bot',
      salt: randomBytes(32).toString('base64url'),
      generation: 1,
      confirmed: 1,
      rotations: JSON.stringify([now]),
      created_at: sqlTime(now),
      last_seen_at: sqlTime(now),
      expires_at: sqlTime(now + 30 * DAY_S * 1_000),
    })),
  );
  return users.map(({ id, sessionId }) => ({ id, token: accessToken(id, sessionId) }));
}

/** Seeds one room per list of members. @returns the ids of the rooms */
export async function seedRooms(connection, memberLists) {
  const now = sqlTime(Date.now());
  const rooms = memberLists.map((members, n) => ({ id: uuid(), members, title: `Room ${n}` }));
  await insert(
    connection,
    'conversations',
    rooms.map(({ id, members, title }) => ({
      id,
      type: 'room',
      title,
      title_folded: title.toLowerCase(),
      created_by: members[0].id,
      created_at: now,
      updated_at: now,
      active_at: now,
      last_seq: 0,
      rev: 1,
      member_count: members.length,
    })),
  );
  await insert(
    connection,
    'members',
    rooms.flatMap(({ id, members }) =>
      members.map((user, n) => ({
        conversation_id: id,
        user_id: user.id,
        role: n === 0 ? 'owner' : 'member',
        joined_at: now,
        rev: 1,
      })),
    ),
  );
  return rooms.map(({ id }) => id);
}

/**
 * Seeds the messages `from` to `to` (by `seq`) of a room, 120 characters each, sent by one of its members. They are marked
 * as indexed, because the search index would be up to date by the time they are read.
 */
export async function seedMessages(connection, room, sender, from, to) {
  if (to < from) return;
  await createNumbers(connection);
  // A UUID without its last twelve digits, which are the number of the message.
  const prefix = uuid().slice(0, 24);
  const now = sqlTime(Date.now());
  for (let base = from - 1; base < to; base += NUMBERS) {
    const count = Math.min(NUMBERS, to - base);
    await connection.run(
      `INSERT INTO messages (conversation_id, seq, id, rev, sender_id, text, created_at)
       SELECT ?, n, ${connection.numberedId}, n + 1, ?, ?, ?
       FROM (SELECT n + ${base} AS n FROM bench_numbers WHERE n <= ${count}) AS numbers ORDER BY n`,
      [room, prefix, sender.id, 'The quick brown fox jumps over the lazy dog. '.repeat(3).slice(0, 120), now],
    );
  }
  await connection.run('REPLACE INTO search_heads (conversation_id, rev) VALUES (?, ?)', [room, to + 1]);
  await connection.run('UPDATE conversations SET last_seq = ?, rev = ? WHERE id = ?', [to, to + 1, room]);
}

/** Creates a table of numbers from 1, from which rows are generated. */
async function createNumbers(connection) {
  await connection.run('CREATE TABLE IF NOT EXISTS bench_numbers (n INTEGER PRIMARY KEY)');
  const [{ count }] = await connection.rows('SELECT COUNT(*) AS count FROM bench_numbers');
  if (Number(count) > 0) return;
  await insert(
    connection,
    'bench_numbers',
    Array.from({ length: 1_000 }, (_, n) => ({ n: n + 1 })),
  );
  await connection.run(
    `INSERT INTO bench_numbers SELECT a.n + b.n * 1000 FROM bench_numbers a CROSS JOIN bench_numbers b
     WHERE b.n < ${NUMBERS / 1_000}`,
  );
}

function accessToken(userId, sessionId) {
  const kid = createHash('sha256').update(`kid:${JWT_SECRET}`).digest('hex').slice(0, 8);
  const now = Math.floor(Date.now() / 1_000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: userId, sid: sessionId, gen: 1, iat: now, exp: now + DAY_S, iss: 'gochat', aud: 'gochat' };
  const signed = `${part({ alg: 'HS256', typ: 'JWT', kid })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', JWT_SECRET).update(signed).digest('base64url')}`;
}
