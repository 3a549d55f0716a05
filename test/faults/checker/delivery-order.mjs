import { at } from './history-index.mjs';

/** A client shows new live messages in the order of seq, after all earlier ones. */
export function order({ records }) {
  const found = [];
  const tops = new Map();
  for (const { kind, client, conversation, seq, rows, reset } of records) {
    const key = `${client} ${conversation}`;
    const top = tops.get(key) ?? 0;
    if (kind === 'gone') tops.delete(key);
    if (kind === 'sync')
      tops.set(
        key,
        rows.reduce((max, row) => Math.max(max, row.seq), reset ? 0 : top),
      );
    if (kind !== 'apply') continue;
    if (seq <= top) found.push(`${client} was shown seq ${seq} of ${conversation} after seq ${top}`);
    tops.set(key, Math.max(top, seq));
  }
  return found;
}

/** Live and synced messages together are the whole history, from the oldest message of the last reset. */
export function incomplete({ records, serverState, end }) {
  const copies = new Map();
  for (const { kind, client, conversation, id, seq, rows, reset, lastSeq } of records) {
    const key = `${client} ${conversation}`;
    if (kind === 'gone') copies.delete(key);
    if (kind === 'sync' && reset) {
      copies.set(key, { from: Math.min(lastSeq + 1, ...rows.map((row) => row.seq)), held: new Map() });
    }
    if (kind === 'sync') for (const row of rows) copies.get(key)?.held.set(row.seq, row.id);
    if (kind === 'apply') copies.get(key)?.held.set(seq, id);
  }
  const found = [];
  for (const { client, user } of end) {
    for (const { id, messages } of serverState.conversations.filter(({ members }) => members[user])) {
      const copy = copies.get(`${client} ${id}`);
      if (!copy) found.push(`${client} never got ${id}`);
      for (const message of copy ? messages.slice(copy.from - 1) : []) {
        if (copy.held.get(message.seq) !== message.id)
          found.push(`${client} was not shown seq ${message.seq} of ${id}`);
      }
    }
  }
  return found;
}

/** At rest every client shows the server's state: conversations, revs, members, messages and its own marker. */
export function diverged({ serverState, end }) {
  const found = [];
  for (const { client, user, conversations } of end) {
    const mine = serverState.conversations.filter(({ members }) => members[user]);
    for (const id of Object.keys(conversations)) {
      if (!mine.some((each) => each.id === id)) found.push(`${client} still shows ${id}`);
    }
    for (const stored of mine) {
      const shown = conversations[stored.id];
      const difference = shown ? differenceOf(shown, stored, user) : 'does not show it';
      if (difference !== null) found.push(`${client}, ${stored.id}: ${difference}`);
    }
  }
  return found;
}

/** The first difference between a copy at rest and the server's state. @returns null if there is none */
export function differenceOf(shown, stored, user) {
  if (shown.rev !== stored.rev) return `is at rev ${shown.rev} of ${stored.rev}`;
  const members = Object.keys(stored.members).sort().join(' ');
  if (shown.members.toSorted().join(' ') !== members) return 'shows other members';
  const { readSeq } = stored.members[user];
  if (shown.readSeq !== readSeq) return `shows its marker at ${shown.readSeq} of ${readSeq}`;
  const messages = new Map(stored.messages.map((message) => [message.id, message]));
  for (const { id, seq, rev, text } of shown.messages) {
    const message = messages.get(id);
    if (message?.seq !== seq || message.rev !== rev || message.text !== text) return `shows another seq ${seq}`;
  }
  return null;
}

/** A page includes everything its reader knew at the request: own acknowledged writes, and all rows and events so far. */
export function stale(history) {
  const found = [];
  const known = new Map();
  const knownTo = (user, conversation) => at(known, `${user} ${conversation}`, () => ({ top: 0, revs: new Map() }));
  const knownAtRequest = new Map();
  const observations = [...history.observations()];
  const looks = new Map(history.calls.filter(({ op }) => op === 'look').map((call) => [call.call, call]));
  let next = 0;
  for (const { at: now, kind, call, outcome, rows } of history.records) {
    for (; next < observations.length && observations[next].at < now; next++)
      learn(knownTo(observations[next].user, observations[next].conversation), observations[next]);
    const look = looks.get(call);
    if (!look) continue;
    if (kind === 'call') {
      const { top, revs } = knownTo(look.user, look.conversation);
      knownAtRequest.set(call, { top, revs: new Map(revs) });
    } else if (kind === 'answer' && outcome === 'ok') {
      for (const violation of pageViolations(rows, knownAtRequest.get(call)))
        found.push(`${look.client}, ${look.conversation}: ${violation}`);
    }
  }
  return found;
}

function learn(knowledge, { id, seq, rev }) {
  knowledge.top = Math.max(knowledge.top, seq);
  knowledge.revs.set(id, Math.max(knowledge.revs.get(id) ?? 0, rev));
}

function pageViolations(rows, { top, revs }) {
  const violations = [];
  const last = rows.at(-1)?.seq ?? 0;
  if (last < top) violations.push(`the newest page ends at seq ${last}, and ${top} was known`);
  for (const [index, { id, seq, rev }] of rows.entries()) {
    if (index > 0 && seq !== rows[index - 1].seq + 1)
      violations.push(`a page has seq ${seq} after ${rows[index - 1].seq}`);
    if (rev < (revs.get(id) ?? 0)) violations.push(`a page shows rev ${rev} of ${id}, and ${revs.get(id)} was known`);
  }
  return violations;
}
