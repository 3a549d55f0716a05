/** Identifies the history of the database. A restored backup gets a new epoch, so that clients reset. */
export class Epoch {
  /** @param value an opaque string */
  constructor(readonly value: string) {}
}
