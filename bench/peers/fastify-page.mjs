import Fastify from 'fastify';
import { createPool } from 'mysql2/promise';

/** A server with one endpoint, a page of history: Fastify, one prepared statement with the columns and joins of GoChat's, JSON. */
const PAGE = `
  SELECT m.conversation_id, m.seq, m.id, m.rev, m.sender_id, m.text, m.mentions, m.reactions, m.metadata,
         m.created_at, m.edited_at, m.deleted_at,
         u.username AS sender_username, u.display_name AS sender_display_name, u.avatar_url AS sender_avatar_url,
         r.id AS reply_id, r.seq AS reply_seq, r.sender_id AS reply_sender_id, r.text AS reply_text
  FROM messages m
  LEFT JOIN users u ON u.id = m.sender_id
  LEFT JOIN messages r ON r.conversation_id = m.conversation_id AND r.seq = m.reply_to_seq
  WHERE m.conversation_id = ? AND m.seq BETWEEN ? AND ? ORDER BY m.seq`;

const pool = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 10, timezone: 'Z' });
const app = Fastify();

const messageOf = (row) => ({
  id: row.id,
  conversationId: row.conversation_id,
  seq: row.seq,
  rev: row.rev,
  kind: 'text',
  sender: {
    id: row.sender_id,
    username: row.sender_username,
    displayName: row.sender_display_name,
    avatarUrl: row.sender_avatar_url,
  },
  text: row.text,
  replyTo: row.reply_id,
  mentions: row.mentions ?? [],
  reactions: row.reactions ?? [],
  metadata: row.metadata,
  createdAt: row.created_at,
  editedAt: row.edited_at,
  deletedAt: row.deleted_at,
});

app.get('/page', async ({ query }) => {
  const { conversationId, last } = query;
  const [rows] = await pool.execute(PAGE, [conversationId, Number(last) - 49, Number(last)]);
  return { items: rows.map(messageOf), hasBefore: Number(last) > 50, hasAfter: false };
});

await app.listen({ port: 0, host: '127.0.0.1' });
process.send({ port: app.server.address().port });
