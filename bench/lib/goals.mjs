import { figure } from './results.mjs';

/** How much a cost may wander and still be called flat. */
const FLAT = 1.25;
const GOCHAT = 'GoChat on MariaDB';
const OWN = '256 senders, each a conversation of its own';
const HOT = '256 sends at once, one conversation of 5';

/** The reason for each missed goal; docs/decisions/0008 has the details. */
const WHY = {
  half:
    'messages under way go round in two halves, one being stored while the other is delivered: a write to a socket ' +
    'carries half of them, and the core is busy with writes',
  write:
    'nothing can share a write here, and the write to the system is nearly three quarters of it; our event is four ' +
    'times the bytes',
  send:
    'a send asks for membership, keeps an order, moves markers, writes three indexes and feeds the search, and is ' +
    'answered once it is on the disk; its receivers’ and its own writes are a fifth of the node’s work, the search ' +
    'another',
  cache: 'with 5 million messages the indexes no longer fit into the 128 MiB that the database has for them',
  heads:
    'it compares one number per conversation; what it costs whatever their number was halved, which makes the rest ' +
    'look steep',
};

/** Each goal with its measured value, and whether the value reaches it. */
export function goals(results) {
  const at = (...place) => figure(results, ...place);
  const fanout = (table, row, column) => at('fanout', table, row, column);
  const sends = (load, column) => at('sends', 'sends', `${GOCHAT}, ${load}`, column);
  const ejabberd = (column) => at('sends', 'sends', `ejabberd mod_mam, ${OWN}`, column);
  const rest = (row) => at('rest', 'rest', row, 'server');
  return [
    atLeast(
      15,
      'fan-out under load (32 in flight): deliveries/s, times those of plain Socket.IO',
      [fanout('32 in flight', GOCHAT, 'deliveries'), fanout('32 in flight', 'Socket.IO', 'deliveries')],
      WHY.half,
    ),
    atMost(
      1 / 12,
      'the same: server CPU per delivery, of that of plain Socket.IO',
      [fanout('32 in flight', GOCHAT, 'server'), fanout('32 in flight', 'Socket.IO', 'server')],
      WHY.half,
    ),
    atLeast(
      30,
      'the same: deliveries/s, times those of ejabberd',
      [fanout('32 in flight', GOCHAT, 'deliveries'), fanout('32 in flight', 'ejabberd MUC', 'deliveries')],
      WHY.half,
    ),
    atMost(
      0.75,
      'fan-out at 50 messages/s: server CPU per delivery, of that of plain Socket.IO',
      [fanout('paced', GOCHAT, 'server'), fanout('paced', 'Socket.IO', 'server')],
      WHY.write,
    ),
    atMost(
      1,
      'the same: p99, of that of plain Socket.IO',
      [fanout('paced', GOCHAT, 'p99'), fanout('paced', 'Socket.IO', 'p99')],
      WHY.write,
    ),
    atLeast(
      5,
      'durable sends, 256 senders in conversations of their own: rate, times that of ejabberd mod_mam',
      [sends(OWN, 'rate'), ejabberd('rate')],
      WHY.send,
    ),
    atMost(1 / 4, 'the same: p99, of that of ejabberd mod_mam', [sends(OWN, 'p99'), ejabberd('p99')], WHY.send),
    atLeast(0.7, 'one hot conversation: rate, of that of conversations of their own', [
      sends(HOT, 'rate'),
      sends(OWN, 'rate'),
    ]),
    atMost(
      60,
      'node CPU per durable send, 256 senders in conversations of their own, µs',
      [sends(OWN, 'server')],
      WHY.send,
    ),
    atMost(1.5, 'page of 50 over REST: node CPU, times that of bare Fastify and mysql2', [
      rest('page of 50'),
      rest('page of 50, bare Fastify and mysql2'),
    ]),
    atMost(20, 'memory per idle connection with ten conversations, KiB', [
      at('connections', 'connections', GOCHAT, 'collected'),
    ]),
    ...['p50Ratio', 'p99Ratio'].map((ratio) =>
      atMost(3, `a send beside the worst abuse: ${ratio.slice(0, 3)}, times that beside nobody`, [
        worst(results, ratio),
      ]),
    ),
    ...['newest page of 50', 'page of 50 anywhere', 'send', 'sync of nothing new', 'inbox'].map((work) =>
      atMost(
        FLAT,
        `${work}: CPU of node and database with the most messages, times that with the fewest (flat)`,
        extremes(results, 'messages', work),
        WHY.cache,
      ),
    ),
    ...['inbox', 'sync of nothing new'].map((work) =>
      atMost(
        3,
        `${work}: the same with 1,000 conversations, times that with 10`,
        extremes(results, 'conversations', work),
        WHY.heads,
      ),
    ),
  ];
}

/** The greatest of a number over all that was tried. */
function worst({ parts }, column) {
  const rows = parts.abuse?.tables[0]?.rows ?? [];
  return rows.length === 0 ? null : Math.max(...rows.map(({ values }) => values[column].median));
}

/** The cost of a work in the last and in the first row that it has. */
function extremes({ parts }, table, work) {
  const rows = parts.growth?.tables.find(({ id }) => id === table)?.rows ?? [];
  const own = rows.filter(({ name }) => name.startsWith(`${work}, `));
  const cost = (row) => (row ? row.values.server.median + (row.values.database?.median ?? 0) : null);
  return [cost(own.at(-1)), cost(own[0])];
}

const atLeast = (bound, what, parts, why) => goal('at least', bound, what, parts, why, (value) => value / bound);
const atMost = (bound, what, parts, why) => goal('at most', bound, what, parts, why, (value) => bound / value);

function goal(direction, bound, what, [numerator, denominator = 1], why, shareOf) {
  const shown = (value) => String(Number(value.toPrecision(3)));
  const asked = { what, goal: `${direction} ${shown(bound)}` };
  if (numerator === null || denominator === null) return { ...asked, measured: 'not here', verdict: '–' };
  const value = numerator / denominator;
  const share = shareOf(value);
  const missed = `no, short of it by a factor of ${shown(1 / share)}`;
  return { ...asked, measured: shown(value), verdict: share >= 1 ? 'yes' : why ? `${missed}: ${why}` : missed };
}
