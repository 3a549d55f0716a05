/**
 * Runs one at a time over all tabs of a page's origin, where the platform has locks between them; elsewhere at once.
 */
export function withCrossTabLock<T>(name: string, run: () => Promise<T>): Promise<T> {
  const locks = lockManager();
  return locks ? locks.request(name, run) : run();
}

/**
 * Takes a lock for as long as the page lives, if it is free.
 * @returns what gives it back; null when another tab has it
 */
export function claim(name: string): Promise<(() => void) | null> {
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

/** The locks that some tab has at this moment. */
export async function claimed(): Promise<ReadonlySet<string>> {
  const { held = [] } = (await lockManager()?.query()) ?? {};
  return new Set(held.flatMap(({ name }) => name ?? []));
}

function lockManager(): LockManager | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.locks;
}
