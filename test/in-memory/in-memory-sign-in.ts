import { JwtService } from '@nestjs/jwt';

import type { AuthResultView, DeviceInfo } from '../../src/auth/auth.dto.js';
import { AuthService } from '../../src/auth/auth.service.js';
import { LoginThrottle } from '../../src/auth/login-throttle.service.js';
import type { Actor } from '../../src/common/actor.js';
import { RateLimiter } from '../../src/infrastructure/rate-limits/rate-limiter.js';
import { SessionsService } from '../../src/sessions/sessions.service.js';
import { type AccessClaims, Tokens } from '../../src/sessions/tokens.adapter.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { FakePasswordHasher } from '../fakes/fake-password-hasher.js';
import { RecordedEvents } from '../fakes/recorded-events.js';
import { InMemorySessionStore } from './in-memory-session.store.js';
import { InMemoryTables } from './in-memory-tables.js';
import { InMemoryUserStore } from './in-memory-user.store.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 86_400 * SECOND;

/** The password of every account of these tests. */
export const PASSWORD = 'correct horse battery';
/** The client address of every login. */
export const SOURCE = '192.0.2.7';

/** `AuthService` and `SessionsService` on in-memory stores, with a clock that the tests move. */
export class InMemorySignIn {
  readonly clock: FakeClock;
  readonly events = new RecordedEvents();
  readonly tables = new InMemoryTables();
  readonly tokens = new Tokens(new JwtService(), {
    jwtKeys: [{ kid: 'k', secret: 's'.repeat(32) }],
    accessTokenTtlMs: 15 * MINUTE,
  });
  readonly sessions: SessionsService;
  readonly auth: AuthService;

  /** @param now the first time of the clock; access tokens are verified against the real time */
  constructor(now = new Date('2026-11-20T10:00:00.000Z')) {
    this.clock = new FakeClock(now);
    this.sessions = this.node();
    this.auth = this.authWith(new FakePasswordHasher());
  }

  /** The sessions of another node: it shares the stored tables and none of the caches. */
  node(): SessionsService {
    return new SessionsService(...this.sessionParts);
  }

  /** The constructor arguments of a `SessionsService` on the stored tables. */
  get sessionParts(): ConstructorParameters<typeof SessionsService> {
    return [new InMemorySessionStore(this.tables), this.tokens, this.events, this.clock, 60 * DAY];
  }

  /** The service with another password hasher, on the same stores. */
  authWith(passwords: FakePasswordHasher): AuthService {
    const throttle = new LoginThrottle(new RateLimiter(null));
    return new AuthService(
      new InMemoryUserStore(this.tables),
      passwords,
      this.sessions,
      this.events,
      this.clock,
      throttle,
    );
  }

  register(username = 'ann', device?: DeviceInfo): Promise<AuthResultView> {
    return this.auth.register({ username, password: PASSWORD, device });
  }

  login(device?: DeviceInfo): Promise<AuthResultView> {
    return this.auth.login({ login: 'ann', password: PASSWORD, device }, SOURCE);
  }

  refresh({ refreshToken }: AuthResultView): Promise<AuthResultView> {
    return this.auth.refresh({ refreshToken });
  }

  claimsOf({ accessToken }: AuthResultView): AccessClaims {
    return JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
  }

  /** The first step of every request with the access token. */
  use(held: AuthResultView, at = this.sessions): Promise<Actor> {
    return at.authenticate(this.claimsOf(held));
  }

  /** The `session.ended` events published since the last call. */
  endings(): unknown[][] {
    return this.events
      .take()
      .filter(({ name }) => name === 'session.ended')
      .map(({ name, event }) => [name, event.sessionId, event.reason]);
  }
}
