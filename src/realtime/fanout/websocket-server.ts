import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';

/** Time that a client has to answer a close frame (RFC 6455 §7.1.1). Then the TCP connection is destroyed. */
const CLOSE_TIMEOUT_MS = 1_000;

/** `closeTimeout` is missing in `@types/ws`. */
interface Options extends ServerOptions {
  readonly closeTimeout: number;
}

/**
 * The websocket server that Engine.IO uses (`wsEngine`), with strict closing. `SocketIoAdapter` names it in the options;
 * Engine.IO creates it and calls `handleUpgrade` for each websocket.
 *
 * ws closes a websocket that violates the protocol, with 1009 for a frame above the size limit (RFC 6455 §7.4.1). But it
 * continues to read and discard the data for up to 30 s: up to 2^63 bytes, whose buffers keep the garbage collector busy.
 * This server terminates such a connection at once, and reads from a closing one for at most {@link CLOSE_TIMEOUT_MS}.
 */
export class StrictWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    const settings: Options = { ...options, closeTimeout: CLOSE_TIMEOUT_MS };
    super(settings);
  }

  override handleUpgrade(
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
    onUpgraded: (websocket: WebSocket, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, stream, head, (websocket) => {
      websocket.on('error', terminate);
      onUpgraded(websocket, request);
    });
  }
}

// One listener for all websockets: a closure per websocket would cost memory for each. The close frame was sent before.
function terminate(this: WebSocket): void {
  this.terminate();
}
