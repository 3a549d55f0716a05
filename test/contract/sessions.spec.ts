import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '../../src/common/ids.js';
import type { Session } from '../../src/sessions/session.js';
import { aSession, after, newUser, NOON } from '../fakes/row-factories.js';
import { ascending, people, type Stores, STORES, upTo } from './stores.js';

const DAY_MS = 86_400_000;

describe.each(STORES)('sessions %s', (_, open) => {
  let stores: Stores;
  let ann: string;
  let ben: string;
  beforeAll(async () => {
    stores = await open();
  });
  beforeEach(async () => {
    [ann = '', ben = ''] = await people(stores, 2);
  });
  afterAll(() => stores.close());

  const session = (more: Partial<Session> = {}): Session => aSession(ann, more);
  const added = async (more: Partial<Session> = {}): Promise<string> => {
    const one = session(more);
    await stores.sessions.add(one);
    return one.id;
  };
  const endOf = async (id: string) => (await stores.sessions.byId(id))?.ended;
  const aliveIds = async (userId: string, now = NOON, start = '', limit = 100) =>
    (await stores.sessions.alive(userId, now, start, limit)).map(({ id }) => id);

  describe('a new password', () => {
    const change = (userId: string, found: string, keep = '') =>
      stores.sessions.changePassword(userId, { found, next: 'new', keep }, NOON);

    it('replaces the password that was read, and ends the other sessions', async () => {
      const [kept, other, foreign] = [await added(), await added(), await added({ userId: ben })];
      expect(await change(ann, 'hash', kept)).toEqual([other]);
      expect(await stores.users.passwordHash(ann)).toBe('new');
      expect(await Promise.all([kept, other, foreign].map(endOf))).toEqual([null, 'password_changed', null]);
    });

    it('changes nothing when the password changed meanwhile or the user does not exist', async () => {
      const kept = await added();
      expect(await change(ann, 'stale')).toBeNull();
      expect(await change(newId(), 'hash')).toBeNull();
      expect(await stores.users.passwordHash(ann)).toBe('hash');
      expect(await endOf(kept)).toBeNull();
      await stores.erase(ann);
      expect(await change(ann, 'hash')).toBeNull();
      expect(await stores.users.passwordHash(ann)).toBeNull();
    });
  });

  it('stores a session as it was opened', async () => {
    const opened = session({
      deviceId: 'installation-1',
      deviceName: 'Zoë’s 📱',
      platform: 'ios',
      generation: 7,
      confirmed: 6,
      rotations: [NOON.getTime() - 5, NOON.getTime()],
      lastSeenAt: after(1),
    });
    expect(await stores.sessions.add(opened)).toEqual([]);
    expect(await stores.sessions.byId(opened.id)).toEqual(opened);
    expect(await stores.sessions.byId(newId())).toBeNull();
  });

  it('replaces the active session of the same user and device, and no other', async () => {
    const phone = await added({ deviceId: 'phone' });
    const tablet = await added({ deviceId: 'tablet' });
    const nameless = await added();
    const bens = await added({ userId: ben, deviceId: 'phone' });

    const again = session({ deviceId: 'phone' });
    expect(await stores.sessions.add(again)).toEqual([phone]);
    expect(await endOf(phone)).toBe('replaced');
    expect(await Promise.all([tablet, nameless, bens, again.id].map(endOf))).toEqual([null, null, null, null]);

    expect(await stores.sessions.add(session())).toEqual([]);
    expect(await stores.sessions.add(session({ deviceId: 'phone' }))).toEqual([again.id]);
    expect(await endOf(phone)).toBe('replaced');
  });

  it('opens no session for an account erased during the log-in', async () => {
    await stores.erase(ann);
    const late = session({ deviceId: 'phone', deviceName: 'Ann’s phone' });
    expect(await stores.sessions.add(late)).toEqual([]);
    expect(await stores.sessions.byId(late.id)).toBeNull();
    expect(await aliveIds(ann)).toEqual([]);
  });

  it('leaves one session after concurrent log-ins of a device', async () => {
    for (const deviceId of ['one', 'two', 'three', 'four', 'five', 'six']) {
      const racing = Array.from({ length: 8 }, () => session({ deviceId }));
      const replaced = (await Promise.all(racing.map((one) => stores.sessions.add(one)))).flat();
      const living = (await stores.sessions.alive(ann, NOON, '', 100)).filter((one) => one.deviceId === deviceId);
      expect(living).toHaveLength(1);
      expect([...replaced, living[0]?.id].sort()).toEqual(racing.map(({ id }) => id).sort());
    }
  });

  it('deletes a session at the first log-in 30 days after it ended or expired', async () => {
    const longEnded = await added({ expiresAt: after(300 * DAY_MS) });
    await stores.sessions.end(ann, { only: longEnded }, 'logged_out', NOON);
    const longExpired = await added({ expiresAt: NOON });
    const lately = await added({ expiresAt: after(300 * DAY_MS) });
    await stores.sessions.end(ann, { only: lately }, 'logged_out', after(2));
    const living = await added({ expiresAt: after(300 * DAY_MS) });
    const bens = await added({ userId: ben, expiresAt: NOON });

    await added({ createdAt: after(30 * DAY_MS + 1), expiresAt: after(300 * DAY_MS) });
    const known = await Promise.all(
      [longEnded, longExpired, lately, living, bens].map((id) => stores.sessions.byId(id)),
    );
    expect(known.map((one) => one?.id)).toEqual([undefined, undefined, lately, living, bens]);
  });

  describe('a change', () => {
    it('stores the decision', async () => {
      const id = await added();
      const changed = await stores.sessions.change(id, (found) => ({
        ...found,
        generation: 2,
        confirmed: 1,
        rotations: [...found.rotations, 5],
        lastSeenAt: after(5),
        expiresAt: after(DAY_MS),
      }));
      expect(changed).toMatchObject({ generation: 2, rotations: [NOON.getTime(), 5], expiresAt: after(DAY_MS) });
      expect(await stores.sessions.byId(id)).toEqual(changed);
    });

    it('can end the session', async () => {
      const id = await added();
      await stores.sessions.change(id, (found) => ({ ...found, ended: 'token_reused' }));
      expect(await endOf(id)).toBe('token_reused');
      expect(await aliveIds(ann)).toEqual([]);
    });

    it('is serialized per session: each of several concurrent changes reads the previous result', async () => {
      const id = await added();
      const changes = upTo(20).map(() =>
        stores.sessions.change(id, (found) => ({ ...found, generation: found.generation + 1 })),
      );
      const generations = (await Promise.all(changes)).map((changed) => changed?.generation ?? 0);
      expect(ascending(generations)).toEqual(upTo(21).slice(1));
      expect(await stores.sessions.byId(id)).toMatchObject({ generation: 21 });
    });

    it('stores nothing when the decision throws or returns the session unchanged', async () => {
      const id = await added();
      const before = await stores.sessions.byId(id);
      const failing = stores.sessions.change(id, () => {
        throw new Error('undecided');
      });
      await expect(failing).rejects.toThrow('undecided');
      expect(await stores.sessions.change(id, (found) => found)).toEqual(before);
      expect(await stores.sessions.byId(id)).toEqual(before);
    });

    it('returns null for an unknown session, without calling the decision', async () => {
      const decide = (): never => {
        throw new Error('there is nothing to decide');
      };
      expect(await stores.sessions.change(newId(), decide)).toBeNull();
    });
  });

  it('never lowers the confirmed generation', async () => {
    const id = await added({ generation: 5 });
    for (const generation of [3, 2, 1]) await stores.sessions.confirm(id, generation);
    expect(await stores.sessions.byId(id)).toMatchObject({ confirmed: 3 });
    await stores.sessions.confirm(id, 5);
    expect(await stores.sessions.byId(id)).toMatchObject({ confirmed: 5, generation: 5 });
  });

  describe('an end', () => {
    it('ends one session and keeps the others', async () => {
      const [one, two] = [await added(), await added()];
      expect(await stores.sessions.end(ann, { only: one }, 'revoked', NOON)).toEqual([one]);
      expect([await endOf(one), await endOf(two)]).toEqual(['revoked', null]);
    });

    it('ends all sessions but one', async () => {
      const [one, two, three] = [await added(), await added(), await added()];
      const ended = await stores.sessions.end(ann, { except: two }, 'password_changed', NOON);
      expect(ended.sort()).toEqual([one, three].sort());
      expect(await aliveIds(ann)).toEqual([two]);
    });

    it('ends all sessions of the user and of no other user', async () => {
      const ids = [await added(), await added()];
      const bens = await added({ userId: ben });
      expect((await stores.sessions.end(ann, {}, 'logged_out', NOON)).sort()).toEqual(ids.sort());
      expect(await aliveIds(ann)).toEqual([]);
      expect(await aliveIds(ben)).toEqual([bens]);
    });

    it('returns no session that has ended, has expired or belongs to another user', async () => {
      const [ended, expired] = [await added(), await added({ expiresAt: NOON })];
      const bens = await added({ userId: ben });
      await stores.sessions.end(ann, { only: ended }, 'logged_out', NOON);
      for (const only of [ended, expired, bens, newId()]) {
        expect(await stores.sessions.end(ann, { only }, 'revoked', NOON)).toEqual([]);
      }
      expect([await endOf(ended), await endOf(expired), await endOf(bens)]).toEqual(['logged_out', null, null]);
    });

    it('returns each session once when two calls are concurrent', async () => {
      const ids = [await added(), await added(), await added()];
      const ended = await Promise.all(upTo(4).map(() => stores.sessions.end(ann, {}, 'logged_out', NOON)));
      expect(ended.flat().sort()).toEqual(ids.sort());
    });
  });

  it('returns the ended ones of many sessions, with their reasons', async () => {
    const [living, ended, expired] = [await added(), await added(), await added({ expiresAt: after(-1) })];
    await stores.sessions.end(ann, { only: ended }, 'revoked', NOON);
    expect(await stores.sessions.ended([living, ended, expired, newId()])).toEqual([
      { sessionId: ended, userId: ann, reason: 'revoked' },
    ]);
    expect(await stores.sessions.ended([])).toEqual([]);
  });

  it('lists active sessions by id, page by page', async () => {
    const ids: string[] = [];
    for (const expiresAt of [after(1), after(2), NOON, after(3), after(4), after(5)]) {
      const id = await added({ expiresAt });
      if (expiresAt > NOON) ids.push(id);
    }
    await stores.sessions.end(ann, { only: ids.pop() ?? '' }, 'revoked', NOON);
    ids.sort();
    expect(await aliveIds(ann)).toEqual(ids);
    expect(await aliveIds(ann, NOON, '', 3)).toEqual(ids.slice(0, 3));
    expect(await aliveIds(ann, NOON, ids[2], 3)).toEqual(ids.slice(3));
    expect(await aliveIds(newUser().id)).toEqual([]);
  });
});
