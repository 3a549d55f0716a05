import { Clock } from '../../src/common/clock.js';

/** A clock that stands still until the test moves it. */
export class FakeClock extends Clock {
  constructor(private at = new Date('2026-11-20T10:00:00.000Z')) {
    super();
  }

  override now(): Date {
    return new Date(this.at);
  }

  advance(milliseconds: number): void {
    this.at = new Date(this.at.getTime() + milliseconds);
  }
}
