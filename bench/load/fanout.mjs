import { setTimeout as delay } from 'node:timers/promises';

import { latencies } from '../lib/statistics.mjs';
import { crowd, reset, sendersOf } from './crowd.mjs';
import { Meter, until } from './meter.mjs';
import { numberIn } from '../wire/text.mjs';

/**
 * Sends messages and counts their deliveries: either `inFlight` at a time (closed loop, a message is complete when all
 * `receivers` have it), or `perSecond` (open loop, independent of deliveries).
 * @param lanes the senders, used in turn: `{connection, conversationId}`
 * @param samplers indexes of the connections that measure the time from send to arrival
 */
export async function fanout({ lanes, samplers, receivers, inFlight, perSecond, warmMs, measureMs, pids }) {
  reset();
  const { tally, connections } = crowd;
  const flow = { sent: 0, stopped: false, failure: null };
  const sentAt = [];
  const times = [];
  let measuring = false;

  const senders = sendersOf(lanes, (text) => (flow.failure ??= text));
  for (const sampler of samplers) {
    const previous = connections[sampler].onFrame;
    connections[sampler].onFrame = (buffer, start, end) => {
      previous?.(buffer, start, end);
      const number = numberIn(buffer, start, end);
      if (sentAt[number] !== undefined) times.push(performance.now() - sentAt[number]);
    };
  }

  const send = () => {
    const { connection, conversationId } = lanes[flow.sent % lanes.length];
    const number = flow.sent++;
    if (measuring) sentAt[number] = performance.now();
    senders.get(connection).send(conversationId, number);
  };
  const pace = perSecond ? paced(perSecond, send, flow) : inClosedLoop(inFlight, receivers, send, flow);

  const meter = new Meter({ ...pids, generator: process.pid });
  await delay(warmMs);
  measuring = true;
  const before = tally.events;
  meter.start();
  await delay(measureMs);
  const measured = meter.stop();
  const deliveries = tally.events - before;
  measuring = false;
  flow.stopped = true;
  await pace;
  await until(
    () => tally.events >= flow.sent * receivers || flow.failure,
    () => `${flow.sent * receivers} deliveries, got ${tally.events}`,
  );
  if (flow.failure) throw new Error(flow.failure);
  return { ...measured, deliveries, ...latencies(times) };
}

async function inClosedLoop(inFlight, receivers, send, flow) {
  const { tally } = crowd;
  const fill = () => {
    while (!flow.stopped && flow.sent < Math.floor(tally.events / receivers) + inFlight) send();
  };
  tally.onEvents = fill;
  fill();
}

async function paced(perSecond, send, flow) {
  const begun = performance.now();
  while (!flow.stopped) {
    send();
    const due = begun + (flow.sent * 1_000) / perSecond;
    await delay(Math.max(0, due - performance.now()));
  }
}
