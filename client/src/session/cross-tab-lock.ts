/**
 * Runs a function under a lock that all tabs of an origin share (Web Locks). Runs it at once where the platform has
 * none. `TokenSession` uses it for refreshes, `IndexedDbStore` for loading.
 */
export function withCrossTabLock<T>(name: string, run: () => Promise<T>): Promise<T> {
  const locks = lockManager();
  return locks ? locks.request(name, run) : run();
}

/**
 * Acquires a lock for the lifetime of the page, if it is free.
 * @returns a function that releases it; null when another tab holds it
 */
export function tryAcquire(name: string): Promise<(() => void) | null> {
  const locks = lockManager();
  if (!locks) return Promise.resolve(() => undefined);
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) {
          resolve(null);
          return undefined;
        }
        return new Promise<void>((release) => resolve(release));
      })
      .catch(reject);
  });
}

/** The names of the locks that any tab holds now. */
export async function heldLocks(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await lockManager()?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => name ?? []));
}

function lockManager(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks;
}
