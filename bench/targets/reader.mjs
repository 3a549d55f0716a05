import { ROOM_SIZE } from './rooms.mjs';
import { seedMessages, seedRooms, seedUsers } from './seed.mjs';

/** Seeds a user in `rooms` rooms of five members, each with `messages` messages of another member. */
export async function seedReader(connection, { rooms: count, messages }) {
  const members = await seedUsers(connection, ROOM_SIZE);
  const rooms = await seedRooms(
    connection,
    Array.from({ length: count }, () => members),
  );
  for (const room of rooms) await seedMessages(connection, room, members[1], 1, messages);
  return { user: members[0], members, rooms };
}

/** An API request of a user, as the job `rest` expects it. */
export const apiRequest = (method, path, { token }, body = '') => ({ method, path: `/api/v1${path}`, token, body });

/** The body of a sync by a client that lacks the newest `behind` changes of one conversation. */
export async function syncBody(connection, { id }, behind = 0) {
  const [{ value: epoch }] = await connection.rows("SELECT value FROM meta WHERE name = 'epoch'");
  const [{ state_rev: stateRev }] = await connection.rows('SELECT state_rev FROM users WHERE id = ?', [id]);
  const rows = await connection.rows(
    `SELECT c.id, c.rev FROM members m JOIN conversations c ON c.id = m.conversation_id
     WHERE m.user_id = ? AND m.left_at IS NULL`,
    [id],
  );
  const known = rows.map((row, index) => [row.id, index === 0 ? row.rev - behind : row.rev]);
  return JSON.stringify({ epoch, stateRev, conversations: Object.fromEntries(known) });
}
