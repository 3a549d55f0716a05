/** What all connections received: events so far, and who wants to know after each chunk that brought some. */
export class Tally {
  events = 0;
  onEvents = () => undefined;
}
