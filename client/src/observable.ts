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

/** What is told when somebody looks, and when nobody does any more. */
export interface Watched {
  readonly onFirst?: () => void;
  readonly onLast?: () => void;
}

/**
 * A value computed from others. Who changes those calls {@link Computed.invalidate}; subscribers hear of it once, at the
 * end of the turn, and only when the value is another object: so nobody sees half a change.
 */
export class Computed<T> implements Observable<T> {
  private readonly listeners = new Set<() => void>();
  private value: T | undefined;
  private told: T | undefined;
  private isStale = true;
  private isScheduled = false;

  constructor(
    private readonly compute: (previous: T | undefined) => T,
    private readonly watched: Watched = {},
  ) {}

  readonly getSnapshot = (): T => {
    if (this.isStale || this.value === undefined) {
      this.value = this.compute(this.value);
      this.isStale = false;
    }
    return this.value;
  };

  readonly subscribe = (onChange: () => void): (() => void) => {
    // A wrapper, so that the same function may subscribe twice.
    const listener = (): void => onChange();
    this.told = this.getSnapshot();
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.watched.onFirst?.();
    return () => {
      if (this.listeners.delete(listener) && this.listeners.size === 0) this.watched.onLast?.();
    };
  };

  get isWatched(): boolean {
    return this.listeners.size > 0;
  }

  /** What it is computed from has changed. */
  invalidate(): void {
    this.isStale = true;
    if (this.isScheduled || this.listeners.size === 0) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      const value = this.getSnapshot();
      if (value === this.told) return;
      this.told = value;
      for (const listener of [...this.listeners]) listener();
    });
  }
}

/** A value that is set. */
export class Value<T> implements Observable<T> {
  private readonly computed: Computed<T>;

  constructor(private value: T) {
    this.computed = new Computed(() => this.value);
  }

  readonly getSnapshot = (): T => this.value;

  readonly subscribe = (onChange: () => void): (() => void) => this.computed.subscribe(onChange);

  set(value: T): void {
    this.value = value;
    this.computed.invalidate();
  }
}
