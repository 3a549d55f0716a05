import { setTimeout as delay } from 'node:timers/promises';

import { latencies } from '../lib/statistics.mjs';
import { reset, sendersOf } from './crowd.mjs';
import { Meter, until } from './meter.mjs';

/**
 * Sends `perSecond` messages over the lanes (`{connection, conversationId}`) in turn, and measures the time from each send
 * to its acknowledgement.
 */
export async function steady({ lanes, perSecond, warmMs, measureMs, pids }) {
  reset();
  let failure = null;
  const senders = sendersOf(lanes, (text) => (failure ??= text));
  const meter = new Meter({ ...pids, generator: process.pid });
  const times = [];
  let [sent, acknowledged] = [0, 0];
  const send = (isMeasured) => {
    const { connection, conversationId } = lanes[sent % lanes.length];
    const sentAt = performance.now();
    senders.get(connection).send(conversationId, sent++, () => {
      acknowledged++;
      if (isMeasured) times.push(performance.now() - sentAt);
    });
  };
  const span = async (ms, isMeasured) => {
    const begun = performance.now();
    for (let number = 0; number < (ms * perSecond) / 1_000 && !failure; number++) {
      send(isMeasured);
      await delay(Math.max(0, begun + ((number + 1) * 1_000) / perSecond - performance.now()));
    }
  };
  await span(warmMs, false);
  meter.start();
  await span(measureMs, true);
  const measured = meter.stop();
  await until(
    () => acknowledged === sent || failure,
    () => `${sent} acknowledgements, got ${acknowledged}`,
  );
  if (failure) throw new Error(failure);
  return { ...measured, sends: times.length, ...latencies(times) };
}
