/** The time, as a port, so that tests can turn it. */
export class Clock {
  /** Now, in UTC with milliseconds. */
  now(): Date {
    return new Date();
  }
}
