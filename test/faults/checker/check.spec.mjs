import { describe, expect, it } from '@jest/globals';

import { check, RULES } from './check.mjs';

const ROOM = 'room';
const ANN = { user: 'ann', client: 'ann' };
const BOB = { user: 'bob', client: 'bob' };
const EMPTY = { kind: 'sync', conversation: ROOM, reset: true, rows: [], lastSeq: 0 };

const row = (seq, id = `m${seq}`, rev = seq) => ({ id, seq, rev });
const stored = (seq, id = `m${seq}`, rev = seq) => ({ ...row(seq, id, rev), text: `word-${id}`, reactions: {} });

/** A history of as many messages of Ann, which Bob hears: nothing is wrong with it. Each test makes one thing wrong. */
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

  ask(who, op, more = {}) {
    const call = ++this.calls;
    this.note(who, { kind: 'call', call, op, conversation: ROOM, ...more });
    return (outcome, answer = {}) => this.note(who, { kind: 'answer', call, outcome, ...answer });
  }

  /** Ann sends it, and both hear it. */
  send(seq) {
    const answer = this.ask(ANN, 'send', { id: `m${seq}` });
    this.messages.push(stored(seq));
    for (const who of [ANN, BOB]) this.hear(who, row(seq));
    answer('ok', row(seq));
    this.members.ann.readSeq = seq;
  }

  hear(who, message) {
    this.note(who, { kind: 'arrive', conversation: ROOM, ...message });
    this.note(who, { kind: 'apply', conversation: ROOM, ...message });
  }

  /** The rules that are violated. */
  violations() {
    const { messages, members } = this;
    const truth = { conversations: [{ id: ROOM, rev: messages.length, lastSeq: messages.length, members, messages }] };
    for (const who of [ANN, BOB].filter(({ user }) => members[user])) {
      const { readSeq } = members[who.user];
      const all = { rev: messages.length, readSeq, members: Object.keys(members), messages };
      this.note(who, { kind: 'end', conversations: { [ROOM]: { ...all, ...this.shown[who.user] } } });
    }
    return [...new Set(check(this.records, truth).map(({ rule }) => rule))];
  }
}

/** What is wrong once, and the rules that see it. */
const FAULTS = {
  'an acknowledged message that is not stored': [
    ['lost', 'marker'],
    (it) => it.ask(ANN, 'send', { id: 'm9' })('ok', row(9)),
  ],
  'an acknowledged message that is stored elsewhere': [
    ['lost', 'gap'],
    (it) => {
      it.ask(ANN, 'send', { id: 'm4' })('ok', row(3, 'm4'));
      it.messages.push(stored(4));
      for (const who of [ANN, BOB]) it.note(who, { kind: 'apply', conversation: ROOM, ...row(4) });
    },
  ],
  'an acknowledged edit that is not stored': [
    ['lost'],
    (it) => it.ask(ANN, 'edit', { id: 'm1', text: 'word-m1, edited' })('ok', row(1)),
  ],
  'an acknowledged reaction that is not stored': [
    ['lost'],
    (it) => it.ask(BOB, 'react', { id: 'm1', emoji: '👍' })('ok', row(1)),
  ],
  'an id that is stored twice': [
    ['doubled', 'lost'],
    (it) => {
      it.messages.push(stored(4, 'm3'));
      for (const who of [ANN, BOB]) it.note(who, { kind: 'apply', conversation: ROOM, ...row(4, 'm3') });
      // What is shown is the same as what is stored, but for what no id can say twice.
      it.shown = { ann: { messages: [] }, bob: { messages: [] } };
    },
  ],
  'what was written once, under two ids': [
    ['doubled'],
    (it) => {
      it.messages.push({ ...stored(4), text: 'word-m3' });
      for (const who of [ANN, BOB]) it.hear(who, row(4));
    },
  ],
  'a seq that no message has': [
    ['gap', 'incomplete'],
    (it) => {
      it.messages.push(stored(5));
      for (const who of [ANN, BOB]) it.hear(who, row(5, 'm4'));
      it.shown = { ann: { messages: [] }, bob: { messages: [] } };
    },
  ],
  'a seq that two messages had': [
    ['gap'],
    (it) => it.note(BOB, { kind: 'arrive', conversation: ROOM, ...row(3, 'x') }),
  ],
  'a message that is shown after a later one': [
    ['order'],
    (it) => {
      it.messages.push(stored(4), stored(5));
      it.hear(ANN, row(4));
      it.hear(ANN, row(5));
      it.hear(BOB, row(5));
      it.hear(BOB, row(4));
    },
  ],
  'a message that somebody is never shown': [
    ['incomplete'],
    (it) => {
      it.messages.push(stored(4));
      it.hear(ANN, row(4));
    },
  ],
  'a conversation that somebody never gets': [
    ['incomplete'],
    (it) => it.note(BOB, { kind: 'gone', conversation: ROOM }),
  ],
  'a message that looks otherwise to somebody at rest': [
    ['diverged'],
    (it) => (it.shown = { bob: { messages: [{ ...stored(1), text: 'old' }] } }),
  ],
  'somebody who is left behind': [['diverged'], (it) => (it.shown = { bob: { rev: 2 } })],
  'a marker that somebody sees elsewhere at rest': [['diverged'], (it) => (it.shown = { bob: { readSeq: 1 } })],
  'a page without an own acknowledged message': [
    ['stale'],
    (it) => it.ask(ANN, 'look')('ok', { rows: [row(1), row(2)] }),
  ],
  'a page without what was heard before': [['stale'], (it) => it.ask(BOB, 'look')('ok', { rows: [row(1), row(2)] })],
  'a page that is older than the one before': [
    ['stale'],
    (it) => {
      it.ask(BOB, 'look')('ok', { rows: [row(1), row(2), row(3, 'm3', 9)] });
      it.ask(BOB, 'look')('ok', { rows: [row(1), row(2), row(3)] });
    },
  ],
  'a page with a hole': [['stale'], (it) => it.ask(BOB, 'look')('ok', { rows: [row(1), row(3)] })],
  'a retry with another seq': [['lost', 'gap', 'retry'], (it) => it.ask(ANN, 'send', { id: 'm1' })('ok', row(3, 'm1'))],
  'a retry with another id': [['gap', 'retry'], (it) => it.ask(ANN, 'send', { id: 'm1' })('ok', row(1, 'new'))],
  'a marker that goes back': [
    ['marker'],
    (it) => {
      it.ask(BOB, 'read', { seq: 3 })('ok', { readSeq: 3 });
      it.ask(BOB, 'read', { seq: 1 })('ok', { readSeq: 1 });
      it.members.bob.readSeq = 3;
    },
  ],
  'a marker that is heard to go back': [
    ['marker'],
    (it) => {
      for (const readSeq of [3, 2]) it.note(BOB, { kind: 'own', conversation: ROOM, joinedAt: 'then', readSeq });
    },
  ],
  'a marker that is stored behind what was acknowledged': [
    ['marker'],
    (it) => it.ask(BOB, 'read', { seq: 3 })('ok', { readSeq: 3 }),
  ],
  'a message that comes live after a removal': [['removed'], (it) => removeBob(it, (message) => it.hear(BOB, message))],
  'a message that comes by sync after a removal': [
    ['removed'],
    (it) =>
      removeBob(it, (message) =>
        it.note(BOB, { kind: 'sync', conversation: ROOM, reset: false, rows: [message], lastSeq: 4 }),
      ),
  ],
  'a message on a page after a removal': [
    ['removed'],
    (it) => removeBob(it, (message) => it.ask(BOB, 'look')('ok', { rows: [row(3), message] })),
  ],
  'a refusal that nothing explains': [
    ['refused'],
    (it) => it.ask(BOB, 'send', { id: 'm9' })('refused', { code: 'not_a_member' }),
  ],
  'a session that ended': [['refused'], (it) => it.note(BOB, { kind: 'ended', code: 'token_reused' })],
};

/** Bob is removed, and then Ann sends `m4`, which `reach` brings to Bob. */
function removeBob(it, reach) {
  it.ask(ANN, 'exit', { target: 'bob' })('ok');
  delete it.members.bob;
  const answer = it.ask(ANN, 'send', { id: 'm4' });
  it.messages.push(stored(4));
  it.members.ann.readSeq = 4;
  it.hear(ANN, row(4));
  answer('ok', row(4));
  reach(row(4));
}

const HARMLESS = {
  'a history in which nothing happens': () => {},
  'a send that was never acknowledged, and is not stored': (it) => it.ask(ANN, 'send', { id: 'm9' }),
  'a retry with the same answer': (it) => it.ask(ANN, 'send', { id: 'm2' })('ok', row(2)),
  'an event that comes twice': (it) => it.note(BOB, { kind: 'arrive', conversation: ROOM, ...row(2) }),
  'a copy that begins in the middle': (it) => it.note(BOB, { ...EMPTY, rows: [row(2), row(3)], lastSeq: 3 }),
  'a removal, after which nothing comes': (it) => removeBob(it, () => {}),
  'a message that comes while somebody may be let in again': (it) =>
    removeBob(it, (message) => {
      it.ask(ANN, 'enter', { target: 'bob' });
      it.hear(BOB, message);
    }),
  'a refusal of who is on the way out': (it) =>
    removeBob(it, () => it.ask(BOB, 'send', { id: 'm9' })('refused', { code: 'not_a_member' })),
  'a page that was asked for before a message was known': (it) => {
    const answer = it.ask(BOB, 'look');
    it.send(4);
    answer('ok', { rows: [row(1), row(2), row(3)] });
  },
  'markers that reach further each time': (it) => {
    for (const readSeq of [1, 3]) it.ask(BOB, 'read', { seq: readSeq })('ok', { readSeq });
    it.members.bob.readSeq = 3;
  },
};

describe('the checker', () => {
  it.each(Object.entries(FAULTS))('sees %s', (_, [rules, happen]) => {
    const fixture = new Fixture();
    happen(fixture);
    expect(fixture.violations().sort()).toEqual(rules.toSorted());
  });

  it.each(Object.entries(HARMLESS))('has nothing against %s', (_, happen) => {
    const fixture = new Fixture();
    happen(fixture);
    expect(fixture.violations()).toEqual([]);
  });

  it('sees each rule violated in one of these', () => {
    expect(new Set(Object.values(FAULTS).flatMap(([rules]) => rules))).toEqual(new Set(Object.keys(RULES)));
  });
});
