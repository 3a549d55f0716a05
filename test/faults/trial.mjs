import { check } from './checker/check.mjs';
import { differenceOf } from './checker/delivery-order.mjs';
import { Crowd } from './clients/crowd.mjs';
import { createConversations, register } from './clients/users.mjs';
import { disagreements, readServerState } from './clients/server-state.mjs';
import { History } from './history.mjs';
import { Site } from './site/site.mjs';
import { becomes, delay } from './wait.mjs';

const OPEN_WITHIN_MS = 20_000;
/** Requirement: time from the end of the fault until every client shows the server's state. */
const CONVERGE_WITHIN_MS = 15_000;
const BEFORE_MS = [1_500, 3_500];
/** Short loads after the fault. A lost event shows at the rest after each, when no later event follows. */
const BURSTS = 2;
const BURST_MS = 1_000;
/** Interval at which the server's state is read again, since late requests may still change it. */
const REREAD_MS = 500;

/**
 * One fault on one database: load, the fault under load, convergence, more load, and the check of the history.
 * @returns a row of the report, with the `evidence` for finding a cause
 */
export async function runTrial({ nemesis, name, database, nodes, random }) {
  const environments = (nemesis.environments ?? [{}, {}]).slice(-nodes);
  const site = await Site.start({ database, environments, random });
  const history = new History();
  let crowd;
  try {
    const devices = await register(site.origins[0]);
    const conversations = await createConversations(site.origins[0], devices);
    crowd = new Crowd({ origin: site.balancer.origin, devices, conversations, history, random });
    await crowd.open(OPEN_WITHIN_MS);
    crowd.work();
    await delay(random.between(...BEFORE_MS));
    await nemesis.happen(site, random.branch());
    const convergedMs = await converge(crowd, site, conversations);
    for (let burst = 0, isGood = convergedMs !== null; isGood && burst < BURSTS; burst++) {
      crowd.work();
      await delay(BURST_MS);
      isGood = (await converge(crowd, site, conversations)) !== null;
    }
    crowd.stopRetries();
    const [one, other = one] = await Promise.all(
      site.origins.map((origin) => readServerState(origin, conversations, crowd.clients)),
    );
    for (const client of crowd.clients) client.note({ kind: 'end', conversations: client.shown() });
    const violations = [
      ...check(history.records, one),
      ...disagreements(one, other).map((name) => ({ rule: 'stale', detail: `the nodes differ in ${name}` })),
      ...crowd.clients
        .filter(({ model }) => model.failure)
        .map(({ name, model }) => ({ rule: 'contract', detail: `${name}: ${model.failure.message}` })),
    ].map(({ rule, detail }) => ({ rule, detail: named(detail, conversations) }));
    return {
      nemesis: name,
      database: database.name,
      convergedMs,
      violations,
      ...countsOf(history),
      evidence: { history: history.records, serverState: one, output: site.nodes.map((node) => node.output) },
    };
  } finally {
    crowd?.stop();
    await site.stop();
    // The fault may have left the database frozen or stopped.
    database.process.signal('SIGCONT');
    if (!database.process.isRunning) await database.process.start();
  }
}

/** Stops the load and waits until every client shows the server's state without further events. @returns ms, or null */
async function converge(crowd, site, conversations) {
  const from = performance.now();
  const left = () => CONVERGE_WITHIN_MS - (performance.now() - from);
  const late = setTimeout(() => crowd.stopRetries(), CONVERGE_WITHIN_MS);
  await crowd.pause();
  clearTimeout(late);
  while (left() > 0) {
    const state = await readServerState(site.origins[0], conversations, crowd.clients);
    const isSame = () => crowd.clients.every((client) => showsAll(client, state));
    if (await becomes(isSame, Math.min(REREAD_MS, left()))) return Math.round(performance.now() - from);
  }
  return null;
}

function showsAll(client, state) {
  const shown = client.shown();
  const mine = state.conversations.filter(({ members }) => members[client.userId]);
  const isEach = ({ id, ...stored }) => shown[id] && differenceOf(shown[id], stored, client.userId) === null;
  return client.connection.isOnline && Object.keys(shown).length === mine.length && mine.every(isEach);
}

function countsOf({ records }) {
  const calls = new Map(records.filter(({ kind }) => kind === 'call').map((call) => [call.call, call]));
  const answers = records.filter(({ kind }) => kind === 'answer');
  const sent = answers.filter(({ call, outcome }) => outcome === 'ok' && calls.get(call).op === 'send');
  const sends = [...calls.values()].filter(({ op }) => op === 'send');
  const count = (test) => records.filter(test).length;
  return {
    acknowledged: new Set(sent.map(({ id }) => id)).size,
    retries: sends.filter(({ attempt }) => attempt > 0).length,
    races: new Set(sends.filter(({ isRace }) => isRace).map(({ id }) => id)).size,
    unanswered: calls.size - answers.length,
    // Retried answers by code.
    failed: tally(answers.filter(({ outcome }) => outcome === 'failed').map(({ code }) => code)),
    syncs: count(({ kind }) => kind === 'sync'),
    connections: count(({ kind }) => kind === 'open'),
  };
}

function tally(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Replaces the ids of conversations by their names. */
const named = (detail, conversations) =>
  conversations.reduce((text, { id, name }) => text.replaceAll(id, name), detail);
