import { at } from './history-index.mjs';

/** Markers only advance: in sequential answers to a user on any node, and in the events of each device. */
export function marker(history) {
  const found = [];
  const floors = new Map();
  const floorAtCall = new Map();
  const reads = new Map(
    history.calls.filter(({ op }) => op === 'read' || op === 'send').map((call) => [call.call, call]),
  );
  const published = new Map();
  for (const record of history.records) {
    const { kind, user, client, conversation, call, outcome, readSeq, joinedAt } = record;
    if (kind === 'own') {
      const before = at(published, `${client} ${conversation} ${joinedAt}`, () => 0);
      if (readSeq < before)
        found.push(`${client} received its marker in ${conversation} at ${readSeq} after ${before}`);
      published.set(`${client} ${conversation} ${joinedAt}`, Math.max(before, readSeq));
    }
    const read = reads.get(call);
    if (!read) continue;
    const key = `${user} ${read.conversation}`;
    if (kind === 'call') floorAtCall.set(call, floors.get(key) ?? 0);
    if (kind !== 'answer' || outcome !== 'ok') continue;
    // An own message is read.
    const reached = read.op === 'send' ? record.seq : readSeq;
    if (read.op === 'read' && reached < floorAtCall.get(call)) {
      found.push(`the marker of ${user} in ${read.conversation} is at ${reached} after ${floorAtCall.get(call)}`);
    }
    floors.set(key, Math.max(floors.get(key) ?? 0, reached));
  }
  for (const { id, members } of history.serverState.conversations) {
    for (const [user, { readSeq }] of Object.entries(members)) {
      const floor = floors.get(`${user} ${id}`) ?? 0;
      if (readSeq < floor) found.push(`the marker of ${user} in ${id} is stored at ${readSeq} after ${floor}`);
    }
  }
  return found;
}

/** A removed user receives no message that was sent after the removal was acknowledged. */
export function removed(history) {
  const outside = absences(history.calls);
  if (outside.length === 0) return [];
  const sentAt = new Map();
  for (const call of history.calls) if (call.op === 'send' && !sentAt.has(call.id)) sentAt.set(call.id, call.at);
  const found = [];
  for (const { at: seenAt, user, client, conversation, how, id } of history.observations()) {
    const isOut = ({ from, to, ...of }) =>
      of.user === user && of.conversation === conversation && from < sentAt.get(id) && from < seenAt && seenAt < to;
    const absence = outside.find(isOut);
    if (!absence) continue;
    const late = Math.round(sentAt.get(id) - absence.from);
    found.push(`${client} got ${id} of ${conversation} (${how}), sent ${late} ms after its removal was acknowledged`);
  }
  return found;
}

/**
 * From the acknowledgement of an exit to the next request to enter. An absence is left out if an earlier request to enter
 * may still take effect.
 */
function absences(calls) {
  const enters = calls.filter(({ op }) => op === 'enter');
  return calls
    .filter(({ op, answer }) => op === 'exit' && (answer?.outcome === 'ok' || answer?.outcome === 'refused'))
    .flatMap((exit) => {
      const { conversation, target: user, answer } = exit;
      const mine = enters.filter((enter) => enter.conversation === conversation && enter.target === user);
      const mayComeLate = ({ at: requestedAt, answer: entered }) =>
        requestedAt < answer.at && (!isDone(entered) || entered.at > exit.at);
      if (mine.some(mayComeLate)) return [];
      const next = mine.find((enter) => enter.at > answer.at);
      return [{ user, conversation, from: answer.at, to: next?.at ?? Infinity }];
    });
}

const isDone = (answer) => answer?.outcome === 'ok' || answer?.outcome === 'refused';

const EXPLAINED = new Set(['not_a_member', 'not_found']);

/** No error except transient ones: a user whose membership does not change is never refused, and keeps the session. */
export function refused({ calls, records }) {
  const moved = new Set(
    calls
      .filter(({ op }) => op === 'enter' || op === 'exit')
      .map(({ target, conversation }) => `${target} ${conversation}`),
  );
  const isExplained = ({ op, user, target = user, conversation, answer }) =>
    EXPLAINED.has(answer.code) && (op === 'exit' || op === 'enter' || moved.has(`${target} ${conversation}`));
  return [
    ...calls
      .filter((call) => call.answer?.outcome === 'refused' && !isExplained(call))
      .map(
        ({ client, op, conversation, answer }) => `${client} was refused to ${op} in ${conversation}: ${answer.code}`,
      ),
    ...records
      .filter(({ kind }) => kind === 'ended')
      .map(({ client, code }) => `the session of ${client} ended: ${code}`),
  ];
}
