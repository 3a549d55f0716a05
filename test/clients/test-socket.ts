import { io, type Socket } from 'socket.io-client';

import { checkAcknowledgement, checkEvent, checkRefusal } from '../documents/contract-assertions.js';

/** Waiting longer than this for an event is a failure, not a wait. */
const PATIENCE_MS = 10_000;

interface Seen {
  readonly name: string;
  readonly payload: any;
}

/**
 * A Socket.IO client that keeps what it saw, so that a test waits for events and never for time. Every event and
 * acknowledgement has to be as the AsyncAPI document describes it.
 */
export class TestSocket {
  /** Every event in the order of arrival; `disconnect` and `connect_error` too. */
  readonly seen: Seen[] = [];
  private readonly taken = new Set<Seen>();
  private watchers: (() => void)[] = [];

  private constructor(readonly socket: Socket) {
    socket.onAny((name: string, ...payloads: unknown[]) => {
      checkEvent(name, payloads);
      this.note(name, payloads[0]);
    });
    socket.on('disconnect', (reason) => {
      this.note('disconnect', reason);
    });
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      // Without data it was the transport that failed.
      if (error.data !== undefined) checkRefusal(error.data);
      this.note('connect_error', error);
    });
  }

  /** Connects without waiting for anything. */
  static open(origin: string, token?: string, transports = ['websocket'], more: object = {}): TestSocket {
    return new TestSocket(
      io(origin, {
        path: '/api/v1/ws',
        transports,
        forceNew: true,
        reconnection: false,
        ...(token !== undefined && { auth: { token } }),
        ...more,
      }),
    );
  }

  /** Sends a command. @returns its acknowledgement, `{ok: true, data}` or `{ok: false, error}` */
  async emit(command: string, ...payload: unknown[]): Promise<any> {
    const answer: unknown = await this.socket.timeout(PATIENCE_MS).emitWithAck(command, ...payload);
    checkAcknowledgement(command, answer);
    return answer;
  }

  /** The next event of that name (and content) that no earlier call got. */
  async next(name: string, matches: (payload: any) => boolean = () => true): Promise<any> {
    const find = (): Seen | undefined =>
      this.seen.find((seen) => seen.name === name && !this.taken.has(seen) && matches(seen.payload));
    const found = find() ?? (await this.until(find, name));
    this.taken.add(found);
    return found.payload;
  }

  /** All payloads of events of that name so far, in order. */
  all(name: string): any[] {
    return this.seen.filter((seen) => seen.name === name).map((seen) => seen.payload);
  }

  close(): void {
    this.socket.disconnect();
  }

  private note(name: string, payload: unknown): void {
    this.seen.push({ name, payload });
    for (const watch of this.watchers) watch();
  }

  private until(find: () => Seen | undefined, name: string): Promise<Seen> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.watchers = this.watchers.filter((watcher) => watcher !== watch);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`no ${name} came; seen: ${this.seen.map((seen) => seen.name).join(', ')}`));
      }, PATIENCE_MS);
      const watch = (): void => {
        const found = find();
        if (!found) return;
        end();
        resolve(found);
      };
      this.watchers.push(watch);
    });
  }
}
