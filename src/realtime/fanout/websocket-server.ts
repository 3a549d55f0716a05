import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';

/** How long whoever is told to go has for the close frame that answers (RFC 6455 §7.1.1). */
const CLOSE_TIMEOUT_MS = 1_000;

/** What `@types/ws` does not know of yet. */
interface Options extends ServerOptions {
  readonly closeTimeout: number;
}

/**
 * The websockets below Engine.IO, its `wsEngine`. ws closes one that breaks the protocol, with 1009 for a frame that is
 * too large (RFC 6455 §7.4.1), but reads on for up to 30 s and throws it away: up to 2^63 bytes, whose buffers have the
 * garbage collected all the time. Here what is refused is not read; nor for long whoever is cut off, and goes on writing.
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
    take: (websocket: WebSocket, request: IncomingMessage) => void,
  ): void {
    super.handleUpgrade(request, stream, head, (websocket) => {
      websocket.on('error', end);
      take(websocket, request);
    });
  }
}

// One listener for all: a function of its own would be memory for each. The close frame has left by now.
function end(this: WebSocket): void {
  this.terminate();
}
