import { at } from './history-index.mjs';

/** Markers go forward: in what a user is answered one after the other, on whichever node, and in what their devices hear. */
export function marker(story) {
  const found = [];
  const floors = new Map();
  const floorAtCall = new Map();
  const reads = new Map(
    story.calls.filter(({ op }) => op === 'read' || op === 'send').map((call) => [call.call, call]),
  );
  const told = new Map();
  for (const record of story.records) {
    const { kind, user, client, conversation, call, outcome, readSeq, joinedAt } = record;
    if (kind === 'own') {
      const before = at(told, `${client} ${conversation} ${joinedAt}`, () => 0);
      if (readSeq < before)
        found.push(`${client} heard of its marker in ${conversation} at ${readSeq} after ${before}`);
      told.set(`${client} ${conversation} ${joinedAt}`, Math.max(before, readSeq));
    }
    const read = reads.get(call);
    if (!read) continue;
    const key = `${user} ${read.conversation}`;
    if (kind === 'call') floorAtCall.set(call, floors.get(key) ?? 0);
    if (kind !== 'answer' || outcome !== 'ok') continue;
    // One's own message is read.
    const reached = read.op === 'send' ? record.seq : readSeq;
    if (read.op === 'read' && reached < floorAtCall.get(call)) {
      found.push(`the marker of ${user} in ${read.conversation} is at ${reached} after ${floorAtCall.get(call)}`);
    }
    floors.set(key, Math.max(floors.get(key) ?? 0, reached));
  }
  for (const { id, members } of story.truth.conversations) {
    for (const [user, { readSeq }] of Object.entries(members)) {
      const floor = floors.get(`${user} ${id}`) ?? 0;
      if (readSeq < floor) found.push(`the marker of ${user} in ${id} is stored at ${readSeq} after ${floor}`);
    }
  }
  return found;
}

/** Who is out, and knows it, gets no message that was sent after that. */
export function removed(story) {
  const outside = absences(story.calls);
  if (outside.length === 0) return [];
  const sentAt = new Map();
  for (const call of story.calls) if (call.op === 'send' && !sentAt.has(call.id)) sentAt.set(call.id, call.at);
  const found = [];
  for (const { at: seenAt, user, client, conversation, how, id } of story.sights()) {
    const isOut = ({ from, to, ...of }) =>
      of.user === user && of.conversation === conversation && from < sentAt.get(id) && from < seenAt && seenAt < to;
    const absence = outside.find(isOut);
    if (!absence) continue;
    const late = Math.round(sentAt.get(id) - absence.from);
    found.push(`${client} got ${id} of ${conversation} (${how}), sent ${late} ms after its removal was acknowledged`);
  }
  return found;
}

/** From the acknowledgement of an exit until somebody asks for a way in. A way in that may still be on its way makes doubt. */
function absences(calls) {
  const enters = calls.filter(({ op }) => op === 'enter');
  return calls
    .filter(({ op, answer }) => op === 'exit' && (answer?.outcome === 'ok' || answer?.outcome === 'refused'))
    .flatMap((exit) => {
      const { conversation, target: user, answer } = exit;
      const mine = enters.filter((enter) => enter.conversation === conversation && enter.target === user);
      const mayComeLate = ({ at: asked, answer: entered }) =>
        asked < answer.at && (!isDone(entered) || entered.at > exit.at);
      if (mine.some(mayComeLate)) return [];
      const next = mine.find((enter) => enter.at > answer.at);
      return [{ user, conversation, from: answer.at, to: next?.at ?? Infinity }];
    });
}

const isDone = (answer) => answer?.outcome === 'ok' || answer?.outcome === 'refused';

const EXPLAINED = new Set(['not_a_member', 'not_found']);

/** No error but what a retry cures: whoever was never on the way out or in is refused nothing, and keeps their session. */
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
