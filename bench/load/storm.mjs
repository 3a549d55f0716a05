import { connect } from './crowd.mjs';
import { Meter } from './meter.mjs';

/** Connects a crowd and takes the CPU that it costs until the last one is ready. */
export async function storm({ pids, ...options }) {
  const meter = new Meter({ ...pids, generator: process.pid });
  meter.start();
  await connect(options);
  return meter.stop();
}
