/** The number of events that all connections have received. `onEvents` is called after each chunk with new events. */
export class Tally {
  events = 0;
  onEvents = () => undefined;
}
