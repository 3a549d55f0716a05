/** A history as the rules read it. */
export class Story {
  constructor(records, truth) {
    this.records = records;
    this.truth = truth;
    /** Every call with its answer, which is `undefined` where none came. */
    this.calls = callsOf(records);
    /** What is stored, by id. */
    this.stored = new Map(
      truth.conversations.flatMap(({ id: conversation, messages }) =>
        messages.map((message) => [message.id, { ...message, conversation }]),
      ),
    );
    this.end = records.filter(({ kind }) => kind === 'end');
  }

  /** Calls of that kind that were answered so. */
  answered(op, outcome = 'ok') {
    return this.calls.filter((call) => call.op === op && call.answer?.outcome === outcome);
  }

  /** Every sight of a message, in order: what was acknowledged, came live, or stood in rows. */
  *sights() {
    const calls = new Map(this.calls.map((call) => [call.call, call]));
    for (const record of this.records) {
      const { at, kind, user, client, conversation } = record;
      const of = { at, user, client };
      if (kind === 'arrive') yield { ...of, conversation, how: 'live', ...messageOf(record) };
      if (kind === 'sync') for (const row of record.rows) yield { ...of, conversation, how: 'sync', ...row };
      if (kind !== 'answer' || record.outcome !== 'ok') continue;
      const { op, conversation: asked } = calls.get(record.call);
      if (op === 'look') for (const row of record.rows) yield { ...of, conversation: asked, how: 'page', ...row };
      if (record.id !== undefined) yield { ...of, conversation: asked, how: op, ...messageOf(record) };
    }
  }
}

const messageOf = ({ id, seq, rev }) => ({ id, seq, rev });

function callsOf(records) {
  const answers = new Map(records.filter(({ kind }) => kind === 'answer').map((answer) => [answer.call, answer]));
  return records.filter(({ kind }) => kind === 'call').map((call) => ({ ...call, answer: answers.get(call.call) }));
}

/** The value at that key, made when there is none. */
export function at(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
}
