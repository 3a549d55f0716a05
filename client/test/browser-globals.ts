const NAMES = ['navigator', 'document', 'window'] as const;
const before = NAMES.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);

/** Defines a global of a browser page, until {@link restoreGlobals}. */
export function defineGlobal(name: (typeof NAMES)[number], value: object): void {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

/** Restores the globals of Node. Call it after each test. */
export function restoreGlobals(): void {
  for (const [name, descriptor] of before) {
    if (descriptor) Object.defineProperty(globalThis, name, descriptor);
    else Reflect.deleteProperty(globalThis, name);
  }
}

/** The part of the Web Locks API that the client uses. */
export class FakeLocks {
  private readonly held = new Map<string, Promise<unknown>>();

  async request(name: string, ...rest: any[]): Promise<unknown> {
    const run = rest.at(-1);
    const isFree = !this.held.has(name);
    if (rest[0].ifAvailable && !isFree) return run(null);
    while (this.held.has(name)) await this.held.get(name);
    const running = Promise.resolve(run({ name })).finally(() => this.held.delete(name));
    this.held.set(name, running);
    return running;
  }

  query(): Promise<{ held: { name: string }[] }> {
    return Promise.resolve({ held: [...this.held.keys()].map((name) => ({ name })) });
  }
}
