import { io } from 'socket.io-client';

import type { Problem } from '../api-types.js';
import { ProblemError, UnreachableError } from '../errors.js';
import { SERVER_EVENTS } from '../generated/events.js';
import type { CommandData, CommandName, CommandPayload, ServerEvent } from '../server-events.js';
import { isProblem } from './http.js';

/** Callbacks of a transport; {@link Connection} implements them. */
export interface TransportHandlers {
  /** The server accepted the access token. */
  readonly onConnect: () => void;
  readonly onEvent: (event: ServerEvent) => void;
  /** Called once, at the end: with the reason when the server refused the connection, with null when it broke. */
  readonly onEnd: (problem: Problem | null) => void;
}

/** One connection, from opening to closing. It never reconnects: {@link Connection} opens another transport instead. */
export interface SocketTransport {
  /**
   * Sends a command.
   * @returns the data of the acknowledgement
   * @throws ProblemError when the server rejects it, UnreachableError without an acknowledgement in time
   */
  command<N extends CommandName>(name: N, payload: CommandPayload<N>, timeoutMs: number): Promise<CommandData<N>>;
  close(): void;
}

/** Opens a connection with an access token. */
export type OpenTransport = (token: string, handlers: TransportHandlers) => SocketTransport;

/** The sending side of the socket, as the AsyncAPI document describes it. */
interface CommandSocket {
  timeout(ms: number): {
    emitWithAck<N extends CommandName>(name: N, payload: CommandPayload<N>): Promise<Acknowledgement<CommandData<N>>>;
  };
}

type Acknowledgement<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: unknown };

const KNOWN_EVENTS: ReadonlySet<string> = new Set(SERVER_EVENTS);

/** Checks the name. The server's contract tests compare the payloads with the AsyncAPI document. */
const isServerEvent = (event: { readonly name: string; readonly payload: unknown }): event is ServerEvent =>
  KNOWN_EVENTS.has(event.name);

/** Opens connections over Socket.IO. Websockets only: they need no sticky sessions on a cluster. */
export function socketTransportFactory(url: string, connectMs: number): OpenTransport {
  return (token, { onConnect, onEvent, onEnd }) => {
    const socket = io(url, {
      path: '/api/v1/ws',
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      timeout: connectMs,
      auth: { token },
    });
    const commands: CommandSocket = socket;
    let isClosed = false;
    const end = (problem: Problem | null): void => {
      if (isClosed) return;
      isClosed = true;
      socket.disconnect();
      onEnd(problem);
    };
    socket.on('connect_error', (error: Error & { data?: unknown }) => end(isProblem(error.data) ? error.data : null));
    socket.on('connect', onConnect);
    socket.on('disconnect', () => end(null));
    socket.onAny((name: string, payload: unknown) => {
      const event = { name, payload };
      // A newer server may send events that this client does not know.
      if (!isClosed && isServerEvent(event)) onEvent(event);
    });
    return {
      async command(name, payload, timeoutMs) {
        if (isClosed) throw new UnreachableError();
        const answer = await commands
          .timeout(timeoutMs)
          .emitWithAck(name, payload)
          .catch((error: unknown) => {
            throw new UnreachableError(undefined, { cause: error });
          });
        if (answer.ok) return answer.data;
        if (isProblem(answer.error)) throw new ProblemError(answer.error);
        throw new UnreachableError('The acknowledgement is malformed.');
      },
      close: () => {
        isClosed = true;
        socket.disconnect();
      },
    };
  };
}
