import { check } from './checker/check.mjs';
import { differenceOf } from './checker/delivery-order.mjs';
import { Crowd } from './clients/crowd.mjs';
import { makePlaces, register } from './clients/people.mjs';
import { disagreements, readTruth } from './clients/server-state.mjs';
import { History } from './history.mjs';
import { Site } from './site/site.mjs';
import { becomes, delay } from './wait.mjs';

const OPEN_WITHIN_MS = 20_000;
/** The one time that is a requirement: from the fault's end until everybody shows what the server holds. */
const CONVERGE_WITHIN_MS = 15_000;
const BEFORE_MS = [1_500, 3_500];
/** It goes on afterwards, and each rest shows what was lost without anything that follows. */
const BURSTS = 2;
const BURST_MS = 1_000;
/** What is compared anew so often had been written to meanwhile. */
const SETTLED_WITHIN_MS = 500;

/**
 * One nemesis on one database: load, the fault under load, convergence, load again, and the check of all that was seen.
 * @returns a line of the report, with the `evidence` for whoever looks for a cause
 */
export async function runTrial({ nemesis, name, database, nodes, random }) {
  const environments = (nemesis.environments ?? [{}, {}]).slice(-nodes);
  const site = await Site.start({ database, environments, random });
  const history = new History();
  let crowd;
  try {
    const devices = await register(site.origins[0]);
    const places = await makePlaces(site.origins[0], devices);
    crowd = new Crowd({ origin: site.balancer.origin, devices, places, history, random });
    await crowd.open(OPEN_WITHIN_MS);
    crowd.work();
    await delay(random.between(...BEFORE_MS));
    await nemesis.happen(site, random.branch());
    const convergedMs = await converge(crowd, site, places);
    for (let burst = 0, isGood = convergedMs !== null; isGood && burst < BURSTS; burst++) {
      crowd.work();
      await delay(BURST_MS);
      isGood = (await converge(crowd, site, places)) !== null;
    }
    crowd.giveUp();
    const [one, other = one] = await Promise.all(
      site.origins.map((origin) => readTruth(origin, places, crowd.clients)),
    );
    for (const client of crowd.clients) client.note({ kind: 'end', conversations: client.shown() });
    const violations = [
      ...check(history.records, one),
      ...disagreements(one, other).map((place) => ({
        rule: 'stale',
        detail: `the nodes tell different things of ${place}`,
      })),
    ].map(({ rule, detail }) => ({ rule, detail: named(detail, places) }));
    return {
      nemesis: name,
      database: database.name,
      convergedMs,
      violations,
      ...countsOf(history),
      evidence: { history: history.records, truth: one, output: site.nodes.map((node) => node.output) },
    };
  } finally {
    crowd?.stop();
    await site.stop();
    // It may have been left stopped or ended.
    database.process.signal('SIGCONT');
    if (!database.process.isRunning) await database.process.start();
  }
}

/** Nobody begins anything more: waits until all is answered, and everybody shows what the server holds, with no help. */
async function converge(crowd, site, places) {
  const from = performance.now();
  const left = () => CONVERGE_WITHIN_MS - (performance.now() - from);
  const late = setTimeout(() => crowd.giveUp(), CONVERGE_WITHIN_MS);
  await crowd.pause();
  clearTimeout(late);
  while (left() > 0) {
    const truth = await readTruth(site.origins[0], places, crowd.clients);
    const isSame = () => crowd.clients.every((client) => showsAll(client, truth));
    if (await becomes(isSame, Math.min(SETTLED_WITHIN_MS, left()))) return Math.round(performance.now() - from);
  }
  return null;
}

function showsAll(client, truth) {
  const shown = client.shown();
  const mine = truth.conversations.filter(({ members }) => members[client.userId]);
  const isEach = ({ id, ...stored }) => shown[id] && differenceOf(shown[id], stored, client.userId) === null;
  return client.line.isOnline && Object.keys(shown).length === mine.length && mine.every(isEach);
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
    // What was asked again after such an answer, by its code.
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

/** Conversations by their names. */
const named = (detail, places) => places.reduce((text, { id, name }) => text.replaceAll(id, name), detail);
