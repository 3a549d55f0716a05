import { UnreachableError } from '../src/errors.js';

interface PendingCommand {
  readonly name: string;
  readonly payload: any;
  readonly answer: (data: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** A connection whose server side is the test. `SyncEngine` and `Outbox` send their commands to it. */
export class FakeTransport {
  isOnline = true;
  isSyncing = false;
  /** Commands without an answer, in order. */
  readonly pending: PendingCommand[] = [];
  private watch: () => void = () => undefined;

  readonly command = (name: string, payload: object): Promise<any> => {
    if (!this.isOnline) return Promise.reject(new UnreachableError());
    return new Promise((answer, fail) => {
      this.pending.push({ name, payload, answer, fail });
      this.watch();
    });
  };

  readonly setSyncing = (isSyncing: boolean): void => {
    this.isSyncing = isSyncing;
  };

  /** Waits for the next command and checks its name. */
  async next(name: string): Promise<PendingCommand> {
    while (this.pending.length === 0) await new Promise<void>((resolve) => (this.watch = resolve));
    const pending = this.pending.shift()!;
    if (pending.name !== name) throw new Error(`${pending.name} came before ${name}`);
    return pending;
  }
}
