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

/** The kinds of abuse. Each repeats its attack until `signal` aborts, and returns the number of attempts. */
const ABUSES = { logins, hammer, connections, flood, frames, room, reader };

/** Runs one kind of abuse until the job is ended. */
export async function abuse({ kind, ...target }) {
  reset();
  // The generator that measures runs on the same core.
  setPriority(LOWEST_PRIORITY);
  const { signal } = crowd.controller;
  const tries = await ABUSES[kind](target, signal);
  return { tries };
}

/** Ten failed logins at once, every second. */
async function logins({ port }, signal) {
  let tries = 0;
  while (!signal.aborted) {
    for (let number = 0; number < 10; number++) void failLogin(port, tries++);
    await delay(1_000);
  }
  return tries;
}

/** Failed logins, ten in flight without a pause. */
async function hammer({ port }, signal) {
  let tries = 0;
  const lane = async () => {
    while (!signal.aborted) await failLogin(port, tries++);
  };
  await Promise.all(Array.from({ length: 10 }, lane));
  return tries;
}

/** A thousand connections of one user, a hundred at a time. Accepted connections stay open until the end. */
async function connections({ auths: [auth], ...target }, signal) {
  const open = [];
  let tries = 0;
  const lane = async () => {
    while (tries < 1_000 && !signal.aborted) {
      tries++;
      const connection = await tryOpen({ ...target, auth });
      if (connection) open.push(connection);
    }
  };
  await Promise.all(Array.from({ length: 100 }, lane));
  await aborted(signal);
  for (const connection of open) connection.close();
  return tries;
}

/** Ten thousand sends per second on one socket, with a reconnect when the server closes it. */
async function flood({ auths: [auth], conversationId, ...target }, signal) {
  let tries = 0;
  let connection = null;
  while (!signal.aborted) {
    if (!connection?.isOpen) connection = await tryOpen({ ...target, auth });
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

/** Frames of 100 MB, ten connections per second. Each sends as much of its frame as the server reads in 100 ms. */
async function frames({ port, path }, signal) {
  const head = Buffer.alloc(14);
  head.set([0x81, 0xff]);
  head.writeBigUInt64BE(BigInt(FRAME_BYTES), 2);
  const piece = Buffer.alloc(65_536, 'x');
  let tries = 0;
  while (!signal.aborted) {
    tries++;
    // Keeps sending after the server has closed its side.
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(
      `GET ${path}/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n\r\n`,
    );
    socket.once('data', () => {
      let remaining = FRAME_BYTES;
      const writePieces = () => {
        while (remaining > 0 && !socket.destroyed && socket.write(piece)) remaining -= piece.length;
      };
      socket.on('drain', writePieces);
      socket.write(head);
      writePieces();
    });
    await delay(100);
    socket.destroy();
  }
  return tries;
}

/** The baseline of `reader`, without abuse: a room where four members send 25 long messages per second each. */
async function room({ auths, conversationId, ...target }, signal, isStalled = false) {
  const [listener, ...senders] = await Promise.all(auths.map((auth) => tryOpen({ ...target, auth })));
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

/** The same room with a listener that stops reading. */
function reader(target, signal) {
  return room(target, signal, true);
}

/** Opens a connection. @returns null when the server refuses it */
const tryOpen = (target) => Connection.open(target, new Tally()).catch(() => null);

/**
 * Sends one failed login on a new connection and waits for the response. Each attempt names another account, because the
 * server delays repeated failures of one account.
 */
function failLogin(port, number) {
  const body = JSON.stringify({ login: `nobody.${number}`, password: 'wrong password' });
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', resolve);
    socket.once('data', () => socket.destroy());
    socket.once('close', resolve);
    socket.write(request('POST', '/api/v1/auth/login', '', body));
  });
}

const aborted = (signal) =>
  signal.aborted ? undefined : new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
