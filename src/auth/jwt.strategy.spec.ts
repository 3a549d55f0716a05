import { describe, expect, it } from '@jest/globals';

import { InMemorySignIn } from '../../test/in-memory/in-memory-sign-in.js';
import type { Actor } from '../common/actor.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { JwtStrategy } from './jwt.strategy.js';

/** Sessions whose checks wait until the test releases them, in the order that the test chooses. */
class HeldSessions extends SessionsService {
  readonly held: (() => void)[] = [];

  override async authenticate(claims: Parameters<SessionsService['authenticate']>[0]): Promise<Actor> {
    await new Promise<void>((release) => this.held.push(release));
    return { userId: claims.sub, sessionId: claims.sid };
  }
}

describe('JwtStrategy', () => {
  it.each([
    ['in order', [0, 1, 2]],
    ['in reverse order', [2, 1, 0]],
  ])(
    'gives each of several concurrent requests its own actor when their sessions are checked %s',
    async (_case, order) => {
      const app = new InMemorySignIn(new Date());
      const sessions = new HeldSessions(...app.sessionParts);
      const strategy = new JwtStrategy(app.tokens, sessions);
      const results = await Promise.all(['ann', 'ben', 'cleo'].map((name) => app.register(name)));

      const verified = results.map(({ accessToken }) => strategy.verify(`Bearer ${accessToken}`));
      while (sessions.held.length < results.length) await new Promise((resolve) => setImmediate(resolve));
      for (const index of order) sessions.held[index]?.();

      expect((await Promise.all(verified)).map(({ actor }) => actor.userId)).toEqual(
        results.map(({ user }) => user.id),
      );
    },
  );

  it('rejects one of several concurrent requests without an effect on the others', async () => {
    const app = new InMemorySignIn(new Date());
    const strategy = new JwtStrategy(app.tokens, app.sessions);
    const ann = await app.register('ann');
    const settled = await Promise.allSettled([
      strategy.verify('Bearer not.a.token'),
      strategy.verify(`Bearer ${ann.accessToken}`),
      strategy.verify(undefined),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    expect(settled[1]).toMatchObject({ value: { actor: { userId: ann.user.id } } });
  });
});
