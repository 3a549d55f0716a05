/** Events of all connections so far, and a callback after each chunk with events. */
export class Tally {
  events = 0;
  onEvents = () => undefined;
}
