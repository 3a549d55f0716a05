import { Connection } from '../wire/connection.mjs';
import { Tally } from '../wire/tally.mjs';
import { XmppConnection } from '../wire/xmpp.mjs';

/** The connections of this load generator, their received events, and the early end of a job. */
export const crowd = { tally: new Tally(), connections: [], over: new AbortController() };

/**
 * Connects one socket per entry of `auths`, `concurrency` of them at a time, beside those that are there: to the `ports` in
 * turn, where there are several servers.
 * @returns seconds until the last was ready
 */
export async function connect({ protocol, port, ports = [port], path, ready, auths, concurrency }) {
  const Kind = protocol === 'xmpp' ? XmppConnection : Connection;
  const begun = performance.now();
  const first = crowd.connections.length;
  let next = 0;
  const worker = async () => {
    while (next < auths.length) {
      const index = next++;
      const options = { port: ports[index % ports.length], path, ready, auth: auths[index] };
      crowd.connections[first + index] = await Kind.open(options, crowd.tally);
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
  crowd.over = new AbortController();
  crowd.tally.events = 0;
  crowd.tally.onEvents = () => undefined;
  for (const connection of crowd.connections) connection.onFrame = null;
}

/** For every connection that a lane names the one who sends on it. @param failed as in {@link Connection.sender} */
export function sendersOf(lanes, failed) {
  const used = new Set(lanes.map(({ connection }) => connection));
  return new Map(Array.from(used, (index) => [index, crowd.connections[index].sender(failed)]));
}
