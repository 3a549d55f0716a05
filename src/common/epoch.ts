/** Names this database's life: a restored backup gets another, so that clients start over. */
export class Epoch {
  /** @param value an opaque string */
  constructor(readonly value: string) {}
}
