import { connect } from 'node:net';
import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

import { v7 as uuid } from 'uuid';

import { Connection } from '../wire/connection.mjs';
import { crowd, reset } from './crowd.mjs';
import { request } from '../wire/http.mjs';
import { Tally } from '../wire/tally.mjs';

const LOWEST_PRIORITY = 19;
const SENDS_PER_SECOND = 10_000;
const STEP_MS = 10;
const FRAME_BYTES = 100_000_000;
const KEY = Buffer.from('load generator..').toString('base64');
const LONG_TEXT = 'The quick brown fox jumps over the lazy dog. '.repeat(170);

/** Kinds of abuse, run repeatedly; each returns its count. */
const ABUSES = { logins, hammer, connections, flood, frames, room, reader };

/** Does one of them until it is ended. */
export async function abuse({ kind, ...target }) {
  reset();
  // Shares its core with the measuring clients.
  setPriority(LOWEST_PRIORITY);
  const { signal } = crowd.over;
  const tries = await ABUSES[kind](target, signal);
  return { tries };
}

/** Ten wrong log-ins at once, once a second. */
async function logins({ port }, signal) {
  let tries = 0;
  while (!signal.aborted) {
    for (let number = 0; number < 10; number++) void wrongLogin(port, tries++);
    await delay(1_000);
  }
  return tries;
}

/** Wrong log-ins as fast as ten who ask at once are answered. */
async function hammer({ port }, signal) {
  let tries = 0;
  const lane = async () => {
    while (!signal.aborted) await wrongLogin(port, tries++);
  };
  await Promise.all(Array.from({ length: 10 }, lane));
  return tries;
}

/** A thousand connections of one user, a hundred at a time, kept as far as they are let in. */
async function connections({ auths: [auth], ...target }, signal) {
  const open = [];
  let tries = 0;
  const lane = async () => {
    while (tries < 1_000 && !signal.aborted) {
      tries++;
      const connection = await opened({ ...target, auth });
      if (connection) open.push(connection);
    }
  };
  await Promise.all(Array.from({ length: 100 }, lane));
  await ended(signal);
  for (const connection of open) connection.close();
  return tries;
}

/** Ten thousand sends a second on one socket, and on another one once it is closed. */
async function flood({ auths: [auth], conversationId, ...target }, signal) {
  let tries = 0;
  let connection = null;
  while (!signal.aborted) {
    if (!connection?.isOpen) connection = await opened({ ...target, auth });
    for (let number = 0; connection?.isOpen && number < (SENDS_PER_SECOND * STEP_MS) / 1_000; number++) {
      connection.send(
        `42${tries++}["message:send",{"id":"${uuid()}","conversationId":"${conversationId}","text":"x"}]`,
      );
    }
    await delay(STEP_MS);
  }
  connection?.close();
  return tries;
}

/** Frames of 100 MB, as much of each as is taken, ten connections a second. */
async function frames({ port, path }, signal) {
  const head = Buffer.alloc(14);
  head.set([0x81, 0xff]);
  head.writeBigUInt64BE(BigInt(FRAME_BYTES), 2);
  const piece = Buffer.alloc(65_536, 'x');
  let tries = 0;
  while (!signal.aborted) {
    tries++;
    // Keeps sending after the server has ended its side.
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(
      `GET ${path}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
    );
    socket.once('data', () => {
      let left = FRAME_BYTES;
      const pour = () => {
        while (left > 0 && !socket.destroyed && socket.write(piece)) left -= piece.length;
      };
      socket.on('drain', pour);
      socket.write(head);
      pour();
    });
    await delay(100);
    socket.destroy();
  }
  return tries;
}

/** Nothing bad: a room in which four people send a long message 25 times a second each. */
async function room({ auths, conversationId, ...target }, signal, isStalled = false) {
  const [listener, ...senders] = await Promise.all(auths.map((auth) => opened({ ...target, auth })));
  if (isStalled) listener.stall();
  let tries = 0;
  while (!signal.aborted) {
    for (const sender of senders) {
      sender.send(`42["message:send",{"id":"${uuid()}","conversationId":"${conversationId}","text":"${LONG_TEXT}"}]`);
      tries++;
    }
    await delay(40);
  }
  for (const connection of [listener, ...senders]) connection.close();
  return tries;
}

/** The same with a listener who stops reading. */
function reader(target, signal) {
  return room(target, signal, true);
}

/** A connection that is ready; null where it is refused. */
const opened = (target) => Connection.open(target, new Tally()).catch(() => null);

/**
 * Log-in for an account of its own, to avoid the back-off after wrong passwords; on a new connection, up to the first
 * byte of the answer.
 */
function wrongLogin(port, number) {
  const body = JSON.stringify({ login: `nobody.${number}`, password: 'wrong password' });
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', resolve);
    socket.once('data', () => socket.destroy());
    socket.once('close', resolve);
    socket.write(request('POST', '/api/v1/auth/login', '', body));
  });
}

const ended = (signal) =>
  signal.aborted ? undefined : new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
