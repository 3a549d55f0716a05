/** A history, indexed for the rules. */
export class HistoryIndex {
  constructor(records, serverState) {
    this.records = records;
    this.serverState = serverState;
    /** Every call with its answer; `undefined` without one. */
    this.calls = callsOf(records);
    /** Stored messages by id. */
    this.stored = new Map(
      serverState.conversations.flatMap(({ id: conversation, messages }) =>
        messages.map((message) => [message.id, { ...message, conversation }]),
      ),
    );
    this.end = records.filter(({ kind }) => kind === 'end');
  }

  /** Calls of that op with that outcome. */
  answered(op, outcome = 'ok') {
    return this.calls.filter((call) => call.op === op && call.answer?.outcome === outcome);
  }

  /** Every observation of a message, in order: acknowledged, live, or in the rows of a sync or page. */
  *observations() {
    const calls = new Map(this.calls.map((call) => [call.call, call]));
    for (const record of this.records) {
      const { at, kind, user, client, conversation } = record;
      const of = { at, user, client };
      if (kind === 'arrive') yield { ...of, conversation, how: 'live', ...messageOf(record) };
      if (kind === 'sync') for (const row of record.rows) yield { ...of, conversation, how: 'sync', ...row };
      if (kind !== 'answer' || record.outcome !== 'ok') continue;
      const { op, conversation: requested } = calls.get(record.call);
      if (op === 'look') for (const row of record.rows) yield { ...of, conversation: requested, how: 'page', ...row };
      if (record.id !== undefined) yield { ...of, conversation: requested, how: op, ...messageOf(record) };
    }
  }
}

const messageOf = ({ id, seq, rev }) => ({ id, seq, rev });

function callsOf(records) {
  const answers = new Map(records.filter(({ kind }) => kind === 'answer').map((answer) => [answer.call, answer]));
  return records.filter(({ kind }) => kind === 'call').map((call) => ({ ...call, answer: answers.get(call.call) }));
}

/** The value at a key, created if there is none. */
export function at(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
}
