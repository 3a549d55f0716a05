import { at } from './history-index.mjs';

/** What was acknowledged is stored as it was acknowledged: sends, edits and reactions. Each message is edited once at most. */
export function lost(story) {
  const found = new Set();
  for (const { id, conversation, answer } of story.answered('send')) {
    const stored = story.stored.get(id);
    if (!stored) found.add(`message ${id}, acknowledged as seq ${answer.seq} of ${conversation}, is not stored`);
    else if (stored.conversation !== conversation || stored.seq !== answer.seq) {
      found.add(`message ${id}, acknowledged as seq ${answer.seq} of ${conversation}, is stored as ${stored.seq}`);
    }
  }
  for (const { id, text } of story.answered('edit')) {
    if (story.stored.get(id)?.text !== text) found.add(`the edit of ${id} is not stored`);
  }
  for (const { id, emoji, user } of story.answered('react')) {
    if (!story.stored.get(id)?.reactions[emoji]?.includes(user))
      found.add(`${emoji} of ${user} on ${id} is not stored`);
  }
  return [...found];
}

/** No message is stored twice: neither by its id nor by its first word, which a client writes once and edits never change. */
export function doubled({ truth }) {
  const found = [];
  const seen = new Set();
  for (const { id: conversation, messages } of truth.conversations) {
    for (const { id, seq, text } of messages) {
      const word = text.split(' ', 1)[0];
      const twice = [id, word].find((mark) => seen.has(mark));
      if (twice !== undefined) found.push(`${twice} is stored twice, again at seq ${seq} of ${conversation}`);
      seen.add(id).add(word);
    }
  }
  return found;
}

/** Each conversation counts 1…N, and no seq was ever seen with two messages. */
export function gap(story) {
  const found = new Set();
  for (const { id, lastSeq, messages } of story.truth.conversations) {
    const seqs = messages.map(({ seq }) => seq);
    if (seqs.length !== lastSeq) found.add(`${id} holds ${seqs.length} messages and counts ${lastSeq}`);
    const wrong = seqs.findIndex((seq, index) => seq !== index + 1);
    if (wrong >= 0) found.add(`${id} has seq ${seqs[wrong]} in place ${wrong + 1}`);
  }
  const holders = new Map();
  for (const { conversation, seq, id } of story.sights()) {
    const holder = at(holders, `${conversation} ${seq}`, () => id);
    if (holder !== id) found.add(`seq ${seq} of ${conversation} was seen as ${holder} and as ${id}`);
  }
  return [...found];
}

/** However often, over whatever connection: the same id has the same place. */
export function retry(story) {
  const found = new Set();
  const places = new Map();
  for (const { id, conversation, seq } of story.sights()) {
    const place = `seq ${seq} of ${conversation}`;
    const first = at(places, id, () => place);
    if (first !== place) found.add(`message ${id} was told to be ${first}, and to be ${place}`);
  }
  for (const { id, answer } of story.answered('send')) {
    if (answer.id !== id) found.add(`message ${id} was acknowledged as ${answer.id}`);
  }
  return [...found];
}
