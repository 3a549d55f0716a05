import { Connection, Tally } from './connection.mjs';

/** The connections of this load generator, and what they received together. */
export const crowd = { tally: new Tally(), connections: [] };

/**
 * Connects one socket per entry of `auths`, `concurrency` of them at a time, beside those that are there.
 * @returns seconds until the last was ready
 */
export async function connect({ port, path, ready, auths, concurrency }) {
  const begun = performance.now();
  const first = crowd.connections.length;
  let next = 0;
  const worker = async () => {
    while (next < auths.length) {
      const index = next++;
      const options = { port, path, ready, auth: auths[index] };
      crowd.connections[first + index] = await Connection.open(options, crowd.tally);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { seconds: (performance.now() - begun) / 1_000 };
}

/** Closes every connection. */
export async function disconnect() {
  for (const connection of crowd.connections.splice(0)) connection.close();
  return {};
}

/** Begins a job: counts from zero, parses nothing. A connection that breaks meanwhile fails the job by its count. */
export function reset() {
  crowd.tally.events = 0;
  crowd.tally.onEvents = () => undefined;
  for (const connection of crowd.connections) connection.onFrame = null;
}
