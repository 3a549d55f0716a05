import { Clock } from '../../src/common/clock.js';
import type { TestServer } from './server.js';

/** Turns the clock of a server. Tokens' own expiry is checked against the machine's clock, which stays. */
export class TurnedClock {
  private readonly clock: Clock;

  constructor(server: TestServer) {
    this.clock = server.running.app.get(Clock);
  }

  /** From here on it is `ms` later than it really is. */
  ahead(ms: number): void {
    this.clock.now = () => new Date(Date.now() + ms);
  }

  /** Back to the real time. */
  reset(): void {
    this.ahead(0);
  }
}
