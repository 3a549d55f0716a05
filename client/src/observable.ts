/**
 * A value that changes, in the shape that React's `useSyncExternalStore` expects. Both functions are bound, and
 * `getSnapshot` returns the same object until the value changes.
 *
 * @example
 * const inbox = useSyncExternalStore(client.inbox.subscribe, client.inbox.getSnapshot);
 */
export interface Observable<T> {
  /** The current value. Treat it as frozen. */
  readonly getSnapshot: () => T;
  /** Calls back after each change. @returns a function that unsubscribes */
  readonly subscribe: (onChange: () => void) => () => void;
}

/** Called with the first subscription, and after the last one has ended. */
export interface SubscriptionHooks {
  readonly onFirst?: () => void;
  readonly onLast?: () => void;
}

/**
 * A value derived from other state. The owner calls {@link Computed.invalidate} after a change. Subscribers are
 * notified once, in a microtask, and only when the new value is another object: they never observe half of a change.
 */
export class Computed<T> implements Observable<T> {
  private readonly listeners = new Set<() => void>();
  private value: T | undefined;
  private lastNotified: T | undefined;
  private isStale = true;
  private isScheduled = false;

  constructor(
    private readonly compute: (previous: T | undefined) => T,
    private readonly hooks: SubscriptionHooks = {},
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
    this.lastNotified = this.getSnapshot();
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.hooks.onFirst?.();
    return () => {
      if (this.listeners.delete(listener) && this.listeners.size === 0) this.hooks.onLast?.();
    };
  };

  get hasSubscribers(): boolean {
    return this.listeners.size > 0;
  }

  /** Call it when the state that the value is derived from has changed. */
  invalidate(): void {
    this.isStale = true;
    if (this.isScheduled || this.listeners.size === 0) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      const value = this.getSnapshot();
      if (value === this.lastNotified) return;
      this.lastNotified = value;
      for (const listener of [...this.listeners]) listener();
    });
  }
}

/** A value that its owner sets: connection state and session. */
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
