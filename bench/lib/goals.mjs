import { figure } from './results.mjs';

/** Largest growth factor of a cost that counts as flat. */
const FLAT = 1.25;
const GOCHAT = 'GoChat on MariaDB';
const ONE_EACH = '256 senders, one conversation each';
const HOT = '256 sends in flight, one conversation of 5';

/** Reasons for missed goals, printed beside them. `bench/PROFILE.md` has the CPU shares. */
const REASONS = {
  half:
    'while one half of the messages in flight is stored, the other half is delivered, so one socket write carries ' +
    'only half of them, and socket writes saturate the core',
  write:
    'at this rate no messages share a socket write, and the write system call is nearly three quarters of the CPU; a ' +
    'GoChat event is four times as large',
  send:
    'a send checks membership, assigns an order, moves read markers, writes three indexes, feeds the search index and ' +
    'is acknowledged after the disk write; socket writes are a fifth of the node’s CPU, the search index another fifth',
  cache: 'with 5 million messages the indexes exceed the database’s buffer pool of 128 MiB',
  heads: 'a sync compares one number per conversation; its fixed cost was halved, which increases this ratio',
};

/** Each goal with its measured value and its verdict. */
export function goals(results) {
  const at = (...path) => figure(results, ...path);
  const fanout = (table, row, column) => at('fanout', table, row, column);
  const sends = (load, column) => at('sends', 'sends', `${GOCHAT}, ${load}`, column);
  const ejabberd = (column) => at('sends', 'sends', `ejabberd mod_mam, ${ONE_EACH}`, column);
  const rest = (row) => at('rest', 'rest', row, 'server');
  return [
    atLeast(
      15,
      'fan-out, 32 messages in flight: deliveries/s ÷ plain Socket.IO',
      [fanout('32 in flight', GOCHAT, 'deliveries'), fanout('32 in flight', 'Socket.IO', 'deliveries')],
      REASONS.half,
    ),
    atMost(
      1 / 12,
      'fan-out, 32 messages in flight: server CPU per delivery ÷ plain Socket.IO',
      [fanout('32 in flight', GOCHAT, 'server'), fanout('32 in flight', 'Socket.IO', 'server')],
      REASONS.half,
    ),
    atLeast(
      30,
      'fan-out, 32 messages in flight: deliveries/s ÷ ejabberd',
      [fanout('32 in flight', GOCHAT, 'deliveries'), fanout('32 in flight', 'ejabberd MUC', 'deliveries')],
      REASONS.half,
    ),
    atMost(
      0.75,
      'fan-out, 50 messages/s: server CPU per delivery ÷ plain Socket.IO',
      [fanout('paced', GOCHAT, 'server'), fanout('paced', 'Socket.IO', 'server')],
      REASONS.write,
    ),
    atMost(
      1,
      'fan-out, 50 messages/s: p99 ÷ plain Socket.IO',
      [fanout('paced', GOCHAT, 'p99'), fanout('paced', 'Socket.IO', 'p99')],
      REASONS.write,
    ),
    atLeast(
      5,
      'durable sends, 256 senders, one conversation each: messages/s ÷ ejabberd mod_mam',
      [sends(ONE_EACH, 'rate'), ejabberd('rate')],
      REASONS.send,
    ),
    atMost(
      1 / 4,
      'durable sends, 256 senders, one conversation each: p99 ÷ ejabberd mod_mam',
      [sends(ONE_EACH, 'p99'), ejabberd('p99')],
      REASONS.send,
    ),
    atLeast(0.7, 'durable sends, one hot conversation: messages/s ÷ one conversation each', [
      sends(HOT, 'rate'),
      sends(ONE_EACH, 'rate'),
    ]),
    atMost(
      60,
      'durable sends, 256 senders, one conversation each: node CPU per send, µs',
      [sends(ONE_EACH, 'server')],
      REASONS.send,
    ),
    atMost(1.5, 'page of 50 over REST: node CPU ÷ plain Fastify and mysql2', [
      rest('page of 50'),
      rest('page of 50, plain Fastify and mysql2'),
    ]),
    atMost(20, 'memory per idle connection with ten conversations, KiB', [
      at('connections', 'connections', GOCHAT, 'collected'),
    ]),
    ...['p50Ratio', 'p99Ratio'].map((ratio) =>
      atMost(3, `send during the worst abuse: ${ratio.slice(0, 3)} ÷ baseline`, [worst(results, ratio)]),
    ),
    ...['newest page of 50', 'random page of 50', 'send', 'sync without changes', 'inbox'].map((operation) =>
      atMost(
        FLAT,
        `${operation}: CPU of node and database, most ÷ fewest messages (flat)`,
        extremes(results, 'messages', operation),
        REASONS.cache,
      ),
    ),
    ...['inbox', 'sync without changes'].map((operation) =>
      atMost(
        3,
        `${operation}: CPU of node and database, 1,000 ÷ 10 conversations`,
        extremes(results, 'conversations', operation),
        REASONS.heads,
      ),
    ),
  ];
}

/** The highest median of a column over all kinds of abuse; null without results. */
function worst({ parts }, column) {
  const rows = parts.abuse?.tables[0]?.rows ?? [];
  return rows.length === 0 ? null : Math.max(...rows.map(({ values }) => values[column].median));
}

/** The cost of an operation in its last and in its first row of a table of the suite `growth`. */
function extremes({ parts }, table, operation) {
  const rows = parts.growth?.tables.find(({ id }) => id === table)?.rows ?? [];
  const matching = rows.filter(({ name }) => name.startsWith(`${operation}, `));
  const cost = (row) => (row ? row.values.server.median + (row.values.database?.median ?? 0) : null);
  return [cost(matching.at(-1)), cost(matching[0])];
}

const atLeast = (bound, name, terms, reason) =>
  goal({ name, target: `at least ${shown(bound)}`, terms, reason, shareOf: (value) => value / bound });
const atMost = (bound, name, terms, reason) =>
  goal({ name, target: `at most ${shown(bound)}`, terms, reason, shareOf: (value) => bound / value });

const shown = (value) => String(Number(value.toPrecision(3)));

/**
 * @param terms `[numerator, denominator = 1]`; null where a figure was not measured
 * @param shareOf the share of the target that a value reaches, 1 or more when it is met
 */
function goal({ name, target, terms: [numerator, denominator = 1], reason, shareOf }) {
  if (numerator === null || denominator === null) return { name, target, measured: 'not measured', verdict: '–' };
  const value = numerator / denominator;
  const share = shareOf(value);
  const missed = `no, missed by a factor of ${shown(1 / share)}`;
  const verdict = share >= 1 ? 'yes' : reason ? `${missed}: ${reason}` : missed;
  return { name, target, measured: shown(value), verdict };
}
