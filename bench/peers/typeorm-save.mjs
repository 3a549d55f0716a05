import { setTimeout as delay } from 'node:timers/promises';

import { DataSource, EntitySchema } from 'typeorm';
import { v7 as uuid } from 'uuid';

import { Meter } from '../load/meter.mjs';
import { latencies } from '../lib/statistics.mjs';

/** The naive store: TypeORM's `save` of a message row, `concurrency` at a time. Sends its measurements to the parent process. */
const text = { type: 'text', nullable: true };
const Message = new EntitySchema({
  name: 'Message',
  tableName: 'messages',
  columns: {
    conversation_id: { type: 'varchar', length: 36, primary: true },
    seq: { type: 'integer', primary: true },
    id: { type: 'varchar', length: 36 },
    rev: { type: 'integer' },
    sender_id: { type: 'varchar', length: 36 },
    text: { type: 'text' },
    mentions: text,
    metadata: text,
    created_at: { type: 'datetime', precision: 3 },
  },
});
const [concurrency, warmMs, measureMs] = process.argv.slice(2).map(Number);
const { DATABASE_URL: url, DATABASE_PID: database } = process.env;
const source = await new DataSource({
  type: 'mysql',
  url,
  poolSize: 10,
  timezone: 'Z',
  entities: [Message],
}).initialize();
const messages = source.getRepository(Message);

const times = [];
let measuring = false;
let stopped = false;

async function lane() {
  const [conversationId, senderId] = [uuid(), uuid()];
  for (let seq = 1; !stopped; seq++) {
    const begun = performance.now();
    await messages.save({
      conversation_id: conversationId,
      seq,
      id: uuid(),
      rev: seq,
      sender_id: senderId,
      text: 'The quick brown fox jumps over the lazy dog. '.repeat(3).slice(0, 120),
      created_at: new Date(),
    });
    if (measuring) times.push(performance.now() - begun);
  }
}

// Load and store run in one process, so `server` is this process.
const meter = new Meter({ server: process.pid, ...(database && { database: Number(database) }) });
const lanes = Array.from({ length: concurrency }, lane);
await delay(warmMs);
measuring = true;
meter.start();
await delay(measureMs);
const measured = meter.stop();
measuring = false;
stopped = true;
await Promise.all(lanes);
await source.destroy();
process.send({ ...measured, sends: times.length, ...latencies(times) });
