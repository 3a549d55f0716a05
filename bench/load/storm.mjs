import { connect } from './crowd.mjs';
import { Meter } from './meter.mjs';

/** Connects many sockets and measures the CPU until the last one is ready. */
export async function storm({ pids, ...options }) {
  const meter = new Meter({ ...pids, generator: process.pid });
  meter.start();
  await connect(options);
  return meter.stop();
}
