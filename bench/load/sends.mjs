import { setTimeout as delay } from 'node:timers/promises';

import { latencies } from '../lib/statistics.mjs';
import { crowd, reset, sendersOf } from './crowd.mjs';
import { Meter, until } from './meter.mjs';

/**
 * Each lane (`{connection, conversationId}`) sends a message, waits for the acknowledgement and sends the next one, until
 * `measureMs` have passed, the job is ended, or `count` messages are acknowledged.
 * @throws unless every message reaches `receivers` connections
 */
export async function sends({ lanes, receivers, warmMs, measureMs, count, pids }) {
  reset();
  const { tally } = crowd;
  const flow = { sent: 0, acknowledged: 0, stopped: false, failure: null, counted: 0, measuring: false, times: [] };
  const senders = sendersOf(lanes, (text) => (flow.failure ??= text));
  const meter = new Meter({ ...pids, generator: process.pid });
  for (const { connection, conversationId } of lanes) loop(senders.get(connection), conversationId, flow);
  await delay(warmMs);
  flow.measuring = true;
  meter.start();
  if (count)
    await until(
      () => flow.counted >= count || flow.failure,
      () => `${count} acknowledgements`,
    );
  else await delay(measureMs, undefined, { signal: crowd.controller.signal }).catch(() => undefined);
  const measured = meter.stop();
  flow.measuring = false;
  flow.stopped = true;
  await until(
    () => flow.failure || (flow.acknowledged === flow.sent && tally.events >= flow.sent * receivers),
    () => `${flow.sent * receivers} deliveries, got ${tally.events}`,
  );
  if (flow.failure) throw new Error(flow.failure);
  return { ...measured, sends: flow.counted, ...latencies(flow.times) };
}

function loop(sender, conversationId, flow) {
  const next = () => {
    if (flow.stopped || flow.failure) return;
    const sentAt = performance.now();
    const { measuring } = flow;
    sender.send(conversationId, flow.sent++, () => {
      flow.acknowledged++;
      if (flow.measuring) flow.counted++;
      if (measuring) flow.times.push(performance.now() - sentAt);
      next();
    });
  };
  next();
}
