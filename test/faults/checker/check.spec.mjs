import { describe, expect, it } from '@jest/globals';

import { check, RULES } from './check.mjs';

const ROOM = 'room';
const ANN = { user: 'ann', client: 'ann' };
const BOB = { user: 'bob', client: 'bob' };
const EMPTY = { kind: 'sync', conversation: ROOM, reset: true, rows: [], lastSeq: 0 };

const row = (seq, id = `m${seq}`, rev = seq) => ({ id, seq, rev });
const stored = (seq, id = `m${seq}`, rev = seq) => ({ ...row(seq, id, rev), text: `text-${id}`, reactions: {} });

/** A correct history with `count` messages from Ann to Bob. Each test adds one violation. */
class Fixture {
  records = [];
  calls = 0;
  messages = [];
  members = { ann: { readSeq: 0 }, bob: { readSeq: 0 } };
  shown = {};

  constructor(count = 3) {
    this.note(ANN, EMPTY);
    this.note(BOB, EMPTY);
    for (let seq = 1; seq <= count; seq++) this.send(seq);
  }

  note(who, record) {
    this.records.push({ at: this.records.length, ...who, ...record });
  }

  request(who, op, more = {}) {
    const call = ++this.calls;
    this.note(who, { kind: 'call', call, op, conversation: ROOM, ...more });
    return (outcome, answer = {}) => this.note(who, { kind: 'answer', call, outcome, ...answer });
  }

  /** Ann sends a message; both receive it. */
  send(seq) {
    const answer = this.request(ANN, 'send', { id: `m${seq}` });
    this.messages.push(stored(seq));
    for (const who of [ANN, BOB]) this.receive(who, row(seq));
    answer('ok', row(seq));
    this.members.ann.readSeq = seq;
  }

  receive(who, message) {
    this.note(who, { kind: 'arrive', conversation: ROOM, ...message });
    this.note(who, { kind: 'apply', conversation: ROOM, ...message });
  }

  /** The violated rules. */
  violations() {
    const { messages, members } = this;
    const serverState = {
      conversations: [{ id: ROOM, rev: messages.length, lastSeq: messages.length, members, messages }],
    };
    for (const who of [ANN, BOB].filter(({ user }) => members[user])) {
      const { readSeq } = members[who.user];
      const all = { rev: messages.length, readSeq, members: Object.keys(members), messages };
      this.note(who, { kind: 'end', conversations: { [ROOM]: { ...all, ...this.shown[who.user] } } });
    }
    return [...new Set(check(this.records, serverState).map(({ rule }) => rule))];
  }
}

/** Violations, with the rules that detect them. */
const VIOLATIONS = {
  'an acknowledged message that is not stored': [
    ['lost', 'marker'],
    (it) => it.request(ANN, 'send', { id: 'm9' })('ok', row(9)),
  ],
  'an acknowledged message stored at another seq': [
    ['lost', 'gap'],
    (it) => {
      it.request(ANN, 'send', { id: 'm4' })('ok', row(3, 'm4'));
      it.messages.push(stored(4));
      for (const who of [ANN, BOB]) it.note(who, { kind: 'apply', conversation: ROOM, ...row(4) });
    },
  ],
  'an acknowledged edit that is not stored': [
    ['lost'],
    (it) => it.request(ANN, 'edit', { id: 'm1', text: 'text-m1, edited' })('ok', row(1)),
  ],
  'an acknowledged reaction that is not stored': [
    ['lost'],
    (it) => it.request(BOB, 'react', { id: 'm1', emoji: '👍' })('ok', row(1)),
  ],
  'an id stored twice': [
    ['doubled', 'lost'],
    (it) => {
      it.messages.push(stored(4, 'm3'));
      for (const who of [ANN, BOB]) it.note(who, { kind: 'apply', conversation: ROOM, ...row(4, 'm3') });
      // An app that indexes messages by id cannot show one twice.
      it.shown = { ann: { messages: [] }, bob: { messages: [] } };
    },
  ],
  'a message stored under two ids': [
    ['doubled'],
    (it) => {
      it.messages.push({ ...stored(4), text: 'text-m3' });
      for (const who of [ANN, BOB]) it.receive(who, row(4));
    },
  ],
  'a missing seq': [
    ['gap', 'incomplete'],
    (it) => {
      it.messages.push(stored(5));
      for (const who of [ANN, BOB]) it.receive(who, row(5, 'm4'));
      it.shown = { ann: { messages: [] }, bob: { messages: [] } };
    },
  ],
  'a seq of two messages': [['gap'], (it) => it.note(BOB, { kind: 'arrive', conversation: ROOM, ...row(3, 'x') })],
  'a message shown after a later one': [
    ['order'],
    (it) => {
      it.messages.push(stored(4), stored(5));
      it.receive(ANN, row(4));
      it.receive(ANN, row(5));
      it.receive(BOB, row(5));
      it.receive(BOB, row(4));
    },
  ],
  'a message that a client never shows': [
    ['incomplete'],
    (it) => {
      it.messages.push(stored(4));
      it.receive(ANN, row(4));
    },
  ],
  'a conversation that a client never gets': [
    ['incomplete'],
    (it) => it.note(BOB, { kind: 'gone', conversation: ROOM }),
  ],
  'an outdated message at rest': [
    ['diverged'],
    (it) => (it.shown = { bob: { messages: [{ ...stored(1), text: 'old' }] } }),
  ],
  'an outdated rev at rest': [['diverged'], (it) => (it.shown = { bob: { rev: 2 } })],
  'an outdated marker at rest': [['diverged'], (it) => (it.shown = { bob: { readSeq: 1 } })],
  'a page without the reader’s acknowledged message': [
    ['stale'],
    (it) => it.request(ANN, 'look')('ok', { rows: [row(1), row(2)] }),
  ],
  'a page without a message received before': [
    ['stale'],
    (it) => it.request(BOB, 'look')('ok', { rows: [row(1), row(2)] }),
  ],
  'a page older than the previous one': [
    ['stale'],
    (it) => {
      it.request(BOB, 'look')('ok', { rows: [row(1), row(2), row(3, 'm3', 9)] });
      it.request(BOB, 'look')('ok', { rows: [row(1), row(2), row(3)] });
    },
  ],
  'a page with a gap': [['stale'], (it) => it.request(BOB, 'look')('ok', { rows: [row(1), row(3)] })],
  'a retry with another seq': [
    ['lost', 'gap', 'retry'],
    (it) => it.request(ANN, 'send', { id: 'm1' })('ok', row(3, 'm1')),
  ],
  'a retry with another id': [['gap', 'retry'], (it) => it.request(ANN, 'send', { id: 'm1' })('ok', row(1, 'new'))],
  'a marker that moves back': [
    ['marker'],
    (it) => {
      it.request(BOB, 'read', { seq: 3 })('ok', { readSeq: 3 });
      it.request(BOB, 'read', { seq: 1 })('ok', { readSeq: 1 });
      it.members.bob.readSeq = 3;
    },
  ],
  'marker events that move back': [
    ['marker'],
    (it) => {
      for (const readSeq of [3, 2]) it.note(BOB, { kind: 'own', conversation: ROOM, joinedAt: 'then', readSeq });
    },
  ],
  'a stored marker before the acknowledged one': [
    ['marker'],
    (it) => it.request(BOB, 'read', { seq: 3 })('ok', { readSeq: 3 }),
  ],
  'a live message after a removal': [['removed'], (it) => removeBob(it, (message) => it.receive(BOB, message))],
  'a synced message after a removal': [
    ['removed'],
    (it) =>
      removeBob(it, (message) =>
        it.note(BOB, { kind: 'sync', conversation: ROOM, reset: false, rows: [message], lastSeq: 4 }),
      ),
  ],
  'a message on a page after a removal': [
    ['removed'],
    (it) => removeBob(it, (message) => it.request(BOB, 'look')('ok', { rows: [row(3), message] })),
  ],
  'an unexplained refusal': [
    ['refused'],
    (it) => it.request(BOB, 'send', { id: 'm9' })('refused', { code: 'not_a_member' }),
  ],
  'an ended session': [['refused'], (it) => it.note(BOB, { kind: 'ended', code: 'token_reused' })],
};

/** Removes Bob; then Ann sends `m4`, which `deliver` passes to Bob. */
function removeBob(it, deliver) {
  it.request(ANN, 'exit', { target: 'bob' })('ok');
  delete it.members.bob;
  const answer = it.request(ANN, 'send', { id: 'm4' });
  it.messages.push(stored(4));
  it.members.ann.readSeq = 4;
  it.receive(ANN, row(4));
  answer('ok', row(4));
  deliver(row(4));
}

/** Correct histories. */
const CORRECT = {
  'an unchanged history': () => {},
  'an unacknowledged send that is not stored': (it) => it.request(ANN, 'send', { id: 'm9' }),
  'a retry with the same answer': (it) => it.request(ANN, 'send', { id: 'm2' })('ok', row(2)),
  'a duplicate event': (it) => it.note(BOB, { kind: 'arrive', conversation: ROOM, ...row(2) }),
  'a copy that starts at a reset': (it) => it.note(BOB, { ...EMPTY, rows: [row(2), row(3)], lastSeq: 3 }),
  'a removal without later messages': (it) => removeBob(it, () => {}),
  'a message while a user may be added again': (it) =>
    removeBob(it, (message) => {
      it.request(ANN, 'enter', { target: 'bob' });
      it.receive(BOB, message);
    }),
  'a refusal of a removed user': (it) =>
    removeBob(it, () => it.request(BOB, 'send', { id: 'm9' })('refused', { code: 'not_a_member' })),
  'a page requested before a message was known': (it) => {
    const answer = it.request(BOB, 'look');
    it.send(4);
    answer('ok', { rows: [row(1), row(2), row(3)] });
  },
  'markers that advance': (it) => {
    for (const readSeq of [1, 3]) it.request(BOB, 'read', { seq: readSeq })('ok', { readSeq });
    it.members.bob.readSeq = 3;
  },
};

describe('fault checker', () => {
  it.each(Object.entries(VIOLATIONS))('reports %s', (_, [rules, happen]) => {
    const fixture = new Fixture();
    happen(fixture);
    expect(fixture.violations().sort()).toEqual(rules.toSorted());
  });

  it.each(Object.entries(CORRECT))('accepts %s', (_, happen) => {
    const fixture = new Fixture();
    happen(fixture);
    expect(fixture.violations()).toEqual([]);
  });

  it('is tested with a violation of every rule', () => {
    expect(new Set(Object.values(VIOLATIONS).flatMap(([rules]) => rules))).toEqual(new Set(Object.keys(RULES)));
  });
});
