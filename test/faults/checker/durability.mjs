import { at } from './history-index.mjs';

/** Acknowledged sends, edits and reactions are stored as acknowledged. Clients edit each message at most once. */
export function lost(history) {
  const found = new Set();
  for (const { id, conversation, answer } of history.answered('send')) {
    const stored = history.stored.get(id);
    if (!stored) found.add(`message ${id}, acknowledged as seq ${answer.seq} of ${conversation}, is not stored`);
    else if (stored.conversation !== conversation || stored.seq !== answer.seq) {
      found.add(`message ${id}, acknowledged as seq ${answer.seq} of ${conversation}, is stored as ${stored.seq}`);
    }
  }
  for (const { id, text } of history.answered('edit')) {
    if (history.stored.get(id)?.text !== text) found.add(`the edit of ${id} is not stored`);
  }
  for (const { id, emoji, user } of history.answered('react')) {
    if (!history.stored.get(id)?.reactions[emoji]?.includes(user))
      found.add(`${emoji} of ${user} on ${id} is not stored`);
  }
  return [...found];
}

/** No message is stored twice, by its id or by its first word, which is unique per message and unchanged by edits. */
export function doubled({ serverState }) {
  const found = [];
  const seen = new Set();
  for (const { id: conversation, messages } of serverState.conversations) {
    for (const { id, seq, text } of messages) {
      const firstWord = text.split(' ', 1)[0];
      const twice = [id, firstWord].find((mark) => seen.has(mark));
      if (twice !== undefined) found.push(`${twice} is stored twice, again at seq ${seq} of ${conversation}`);
      seen.add(id).add(firstWord);
    }
  }
  return found;
}

/** Each conversation is numbered 1…N, and no seq was ever observed with two messages. */
export function gap(history) {
  const found = new Set();
  for (const { id, lastSeq, messages } of history.serverState.conversations) {
    const seqs = messages.map(({ seq }) => seq);
    if (seqs.length !== lastSeq) found.add(`${id} holds ${seqs.length} messages, its lastSeq is ${lastSeq}`);
    const wrong = seqs.findIndex((seq, index) => seq !== index + 1);
    if (wrong >= 0) found.add(`${id} has seq ${seqs[wrong]} at position ${wrong + 1}`);
  }
  const holders = new Map();
  for (const { conversation, seq, id } of history.observations()) {
    const holder = at(holders, `${conversation} ${seq}`, () => id);
    if (holder !== id) found.add(`seq ${seq} of ${conversation} belongs to ${holder} and ${id}`);
  }
  return [...found];
}

/** Every send with the same id has the same conversation and seq. */
export function retry(history) {
  const found = new Set();
  const positions = new Map();
  for (const { id, conversation, seq } of history.observations()) {
    const position = `seq ${seq} of ${conversation}`;
    const first = at(positions, id, () => position);
    if (first !== position) found.add(`message ${id} was answered as ${first} and as ${position}`);
  }
  for (const { id, answer } of history.answered('send')) {
    if (answer.id !== id) found.add(`message ${id} was acknowledged as ${answer.id}`);
  }
  return [...found];
}
