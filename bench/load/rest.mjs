import { setTimeout as delay } from 'node:timers/promises';

import { latencies } from '../lib/statistics.mjs';
import { HttpConnection, request } from '../wire/http.mjs';
import { Meter } from './meter.mjs';

/** Sends the requests (`{method, path, token, body}`) in turn, `concurrency` at a time, over keep-alive connections. */
export async function rest({ port, requests, concurrency, warmMs, measureMs, pids }) {
  const prepared = requests.map(({ method, path, token, body }) => request(method, path, token, body));
  const flow = { next: 0, stopped: false, measuring: false, times: [] };
  const worker = async () => {
    const connection = new HttpConnection(port);
    while (!flow.stopped) {
      const begun = performance.now();
      await connection.do(prepared[flow.next++ % prepared.length]);
      if (flow.measuring) flow.times.push(performance.now() - begun);
    }
    connection.close();
  };
  const meter = new Meter({ ...pids, generator: process.pid });
  const workers = Promise.all(Array.from({ length: concurrency }, worker));
  await Promise.race([delay(warmMs), workers]);
  flow.measuring = true;
  meter.start();
  await Promise.race([delay(measureMs), workers]);
  const measured = meter.stop();
  flow.measuring = false;
  flow.stopped = true;
  await workers;
  return { ...measured, requests: flow.times.length, ...latencies(flow.times) };
}
