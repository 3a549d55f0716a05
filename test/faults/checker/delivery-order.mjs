import { at } from './history-index.mjs';

/** Who is shown new messages live is shown them in the order of seq, after all that was shown before. */
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

/** Live and synced together are the history, from where a copy begins: the oldest message of its last reset. */
export function incomplete({ records, truth, end }) {
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
    for (const { id, messages } of truth.conversations.filter(({ members }) => members[user])) {
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

/** At rest every client shows what the server holds: conversations, changes, members, messages and its own marker. */
export function diverged({ truth, end }) {
  const found = [];
  for (const { client, user, conversations } of end) {
    const mine = truth.conversations.filter(({ members }) => members[user]);
    for (const id of Object.keys(conversations)) {
      if (!mine.some((each) => each.id === id)) found.push(`${client} still shows ${id}`);
    }
    for (const stored of mine) {
      const shown = conversations[stored.id];
      const fault = shown ? differenceOf(shown, stored, user) : 'does not show it';
      if (fault !== null) found.push(`${client}, ${stored.id}: ${fault}`);
    }
  }
  return found;
}

/** What is wrong with a copy at rest. @returns null when nothing is */
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

/** A page shows at least what its reader knew when asking: own acknowledged writes, and all that was read or heard before. */
export function stale(story) {
  const found = [];
  const known = new Map();
  const knownTo = (user, conversation) => at(known, `${user} ${conversation}`, () => ({ top: 0, revs: new Map() }));
  const asked = new Map();
  const news = [...story.sights()];
  const looks = new Map(story.calls.filter(({ op }) => op === 'look').map((call) => [call.call, call]));
  let next = 0;
  for (const { at: now, kind, call, outcome, rows } of story.records) {
    for (; next < news.length && news[next].at < now; next++)
      learn(knownTo(news[next].user, news[next].conversation), news[next]);
    const look = looks.get(call);
    if (!look) continue;
    if (kind === 'call') {
      const { top, revs } = knownTo(look.user, look.conversation);
      asked.set(call, { top, revs: new Map(revs) });
    } else if (kind === 'answer' && outcome === 'ok') {
      for (const fault of faultsOfPage(rows, asked.get(call)))
        found.push(`${look.client}, ${look.conversation}: ${fault}`);
    }
  }
  return found;
}

function learn(knowledge, { id, seq, rev }) {
  knowledge.top = Math.max(knowledge.top, seq);
  knowledge.revs.set(id, Math.max(knowledge.revs.get(id) ?? 0, rev));
}

function faultsOfPage(rows, { top, revs }) {
  const faults = [];
  const last = rows.at(-1)?.seq ?? 0;
  if (last < top) faults.push(`the newest page ends at seq ${last}, and ${top} was known`);
  for (const [index, { id, seq, rev }] of rows.entries()) {
    if (index > 0 && seq !== rows[index - 1].seq + 1) faults.push(`a page has seq ${seq} after ${rows[index - 1].seq}`);
    if (rev < (revs.get(id) ?? 0)) faults.push(`a page shows rev ${rev} of ${id}, and ${revs.get(id)} was known`);
  }
  return faults;
}
