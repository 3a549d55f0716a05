import { io, type Socket } from 'socket.io-client';

import { checkAcknowledgement, checkEvent, checkRefusal } from '../documents/contract-assertions.js';

/** Longest wait for an event or acknowledgement. */
const TIMEOUT_MS = 10_000;

interface Seen {
  readonly name: string;
  readonly payload: any;
}

/**
 * A Socket.IO client that records all events, so that tests wait for events instead of time. Every event and
 * acknowledgement is checked against the AsyncAPI document.
 */
export class TestSocket {
  /** Every event in order of arrival, including `disconnect` and `connect_error`. */
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
      // Without data it is an error of the transport.
      if (error.data !== undefined) checkRefusal(error.data);
      this.note('connect_error', error);
    });
  }

  /** Connects without waiting. */
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
    const answer: unknown = await this.socket.timeout(TIMEOUT_MS).emitWithAck(command, ...payload);
    checkAcknowledgement(command, answer);
    return answer;
  }

  /** Waits for the next event with that name and content. Each event is returned once. */
  async next(name: string, matches: (payload: any) => boolean = () => true): Promise<any> {
    const find = (): Seen | undefined =>
      this.seen.find((seen) => seen.name === name && !this.taken.has(seen) && matches(seen.payload));
    const found = find() ?? (await this.until(find, name));
    this.taken.add(found);
    return found.payload;
  }

  /** All payloads of that event so far, in order. */
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
        reject(new Error(`no ${name} received; received: ${this.seen.map((seen) => seen.name).join(', ')}`));
      }, TIMEOUT_MS);
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
