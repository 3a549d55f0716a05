import { UnreachableError } from '../src/errors.js';

interface Asked {
  readonly name: string;
  readonly payload: any;
  readonly answer: (data: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** A connection whose other end is the test. */
export class FakeTransport {
  isOnline = true;
  isSyncing = false;
  /** Commands that are not answered yet, in order. */
  readonly asked: Asked[] = [];
  private watch: () => void = () => undefined;

  readonly command = (name: string, payload: object): Promise<any> => {
    if (!this.isOnline) return Promise.reject(new UnreachableError());
    return new Promise((answer, fail) => {
      this.asked.push({ name, payload, answer, fail });
      this.watch();
    });
  };

  readonly setSyncing = (isSyncing: boolean): void => {
    this.isSyncing = isSyncing;
  };

  /** The next command, once it is there. */
  async next(name: string): Promise<Asked> {
    while (this.asked.length === 0) await new Promise<void>((resolve) => (this.watch = resolve));
    const asked = this.asked.shift()!;
    if (asked.name !== name) throw new Error(`${asked.name} came before ${name}`);
    return asked;
  }
}
