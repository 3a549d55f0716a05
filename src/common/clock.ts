/** The current time, as a port that tests replace. */
export class Clock {
  /** Now, in UTC with milliseconds. */
  now(): Date {
    return new Date();
  }
}
