import { setTimeout as delay } from 'node:timers/promises';

import { reset } from './crowd.mjs';
import { Meter } from './meter.mjs';

/** Measures the CPU for connections that send only heartbeats. */
export async function idle({ warmMs, measureMs, pids }) {
  reset();
  const meter = new Meter({ ...pids, generator: process.pid });
  await delay(warmMs);
  meter.start();
  await delay(measureMs);
  return meter.stop();
}
