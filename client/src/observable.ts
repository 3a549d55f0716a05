/**
 * A value that changes, in the shape that React's `useSyncExternalStore` takes. Both functions are bound, and the value
 * is the same object until it changes.
 *
 * @example
 * const inbox = useSyncExternalStore(client.inbox.subscribe, client.inbox.getSnapshot);
 */
export interface Observable<T> {
  /** The value now. Treat it as frozen. */
  readonly getSnapshot: () => T;
  /** Calls back after each change, until the function that it returns is called. */
  readonly subscribe: (onChange: () => void) => () => void;
}
