import { io } from 'socket.io-client';

import { ProblemError, UnreachableError } from '../errors.js';
import type { EphemeralEvent, EphemeralEvents, LogEvent, LogEvents } from '../events.js';
import { isProblem } from './http.js';
import type { Problem } from '../api-types.js';

/** What a connection tells of itself. */
interface SessionEvents {
  'session:ready': { readonly epoch: string; readonly stateRev: number; readonly serverTime: string };
  'session:expiring': { readonly expiresAt: string };
  'session:ended': { readonly reason: string };
  'server:draining': { readonly reconnectInMs: number };
}

/** One event about the connection itself, as it came. */
type SessionEvent = {
  [N in keyof SessionEvents]: { readonly name: N; readonly payload: SessionEvents[N] };
}[keyof SessionEvents];

/** Whatever comes over a connection. */
export type TransportEvent = LogEvent | EphemeralEvent | SessionEvent;

/** Who listens to a link. */
export interface TransportHandlers {
  /** The server has let it in. */
  readonly onConnect: () => void;
  readonly onEvent: (event: TransportEvent) => void;
  /** It is over, once: refused with the server's reason, or broken with none. */
  readonly onEnd: (problem: Problem | null) => void;
}

/** One connection, from its opening to its end; it never comes back by itself. */
export interface SocketTransport {
  /**
   * Sends a command. @returns the acknowledgement's data
   * @throws ProblemError when it is refused; UnreachableError when no acknowledgement comes in time
   */
  command(name: string, payload: object, timeoutMs: number): Promise<unknown>;
  close(): void;
}

/** Opens a connection. */
export type OpenTransport = (token: string, handlers: TransportHandlers) => SocketTransport;

const NAMES: Readonly<Record<keyof (LogEvents & EphemeralEvents & SessionEvents), true>> = {
  'message:created': true,
  'message:updated': true,
  'message:deleted': true,
  'member:joined': true,
  'member:updated': true,
  'member:left': true,
  'conversation:added': true,
  'conversation:updated': true,
  'conversation:removed': true,
  'conversation:changed': true,
  'conversation:me': true,
  'receipt:read': true,
  'receipt:delivered': true,
  typing: true,
  'presence:changed': true,
  'session:ready': true,
  'session:expiring': true,
  'session:ended': true,
  'server:draining': true,
};

/** Opens connections over Socket.IO, on websockets alone: a server of several nodes needs no stickiness for those. */
export function socketTransports(url: string, connectMs: number): OpenTransport {
  return (token, { onConnect, onEvent, onEnd }) => {
    const socket = io(url, {
      path: '/api/v1/ws',
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: connectMs,
      auth: { token },
    });
    let isOver = false;
    const end = (problem: Problem | null): void => {
      if (isOver) return;
      isOver = true;
      socket.disconnect();
      onEnd(problem);
    };
    socket.on('connect_error', (error: Error & { data?: unknown }) => end(isProblem(error.data) ? error.data : null));
    socket.on('connect', onConnect);
    socket.on('disconnect', () => end(null));
    socket.onAny((name: string, payload: unknown) => {
      // What a newer server says besides is not for this client.
      if (isOver || !(name in NAMES)) return;
      const event: unknown = { name, payload };
      onEvent(event as TransportEvent);
    });
    return {
      async command(name, payload, timeoutMs) {
        if (isOver) throw new UnreachableError();
        // A connection that ends fails what it has not acknowledged.
        const acknowledged: Promise<unknown> = socket.timeout(timeoutMs).emitWithAck(name, payload);
        const answer = await acknowledged.catch((error: unknown) => {
          throw new UnreachableError(undefined, { cause: error });
        });
        const { ok, data, error } = answer as { ok: boolean; data?: unknown; error?: unknown };
        if (ok) return data;
        if (isProblem(error)) throw new ProblemError(error);
        throw new UnreachableError("The acknowledgement was not the server's.");
      },
      close: () => {
        isOver = true;
        socket.disconnect();
      },
    };
  };
}
