import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * What becomes of some bytes: they pass, are late, come twice, end the connection instead of coming, or vanish, and with
 * them all that follows on that connection.
 */
export type ByteFate = 'pass' | 'delay' | 'double' | 'cut' | 'swallow';

const DELAY_MS = 20;
/** What is longer may be a part of something: doubled, it would be another thing and not the same twice. */
const WHOLE_MAX = 16_384;

/** A TCP proxy in front of a server. It knows bytes and connections, and no protocol. */
export class TcpProxy {
  /** Asked for each piece of data, in either direction: what it is, and whether the server says it. */
  fate: (bytes: Buffer, isAnswer: boolean) => ByteFate = () => 'pass';
  /** New connections are refused. */
  isDown = false;
  private readonly pairs = new Set<[Socket, Socket]>();

  private constructor(
    private readonly server: Server,
    /** The port to which it leads. */
    public target: number,
    private readonly host: string,
  ) {}

  static async start(target: number, host = '127.0.0.1'): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, target, host);
    server.on('connection', (socket) => proxy.accept(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends all connections, as when the network changes. */
  cut(): void {
    for (const [near, far] of this.pairs) {
      near.destroy();
      far.destroy();
    }
  }

  /** No connection, old or new. */
  down(): void {
    this.isDown = true;
    this.cut();
  }

  /** Everything passes from here on; connections of which something is lost are ended. */
  heal(): void {
    this.isDown = false;
    this.fate = () => 'pass';
    this.cut();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(near: Socket): void {
    if (this.isDown) {
      near.destroy();
      return;
    }
    const far = connect(this.target, this.host);
    const pair: [Socket, Socket] = [near, far];
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
    this.carry(near, far, false);
    this.carry(far, near, true);
  }

  private carry(from: Socket, to: Socket, isAnswer: boolean): void {
    let isSwallowing = false;
    let wasWhole = true;
    let last: Promise<void> = Promise.resolve();
    from.on('data', (bytes: Buffer) => {
      const fate = isSwallowing ? 'swallow' : this.fate(bytes, isAnswer);
      const isWhole = wasWhole && bytes.length < WHOLE_MAX;
      wasWhole = bytes.length < WHOLE_MAX;
      if (fate === 'swallow') isSwallowing = true;
      else if (fate === 'cut') from.destroy();
      else {
        const late = fate === 'delay' ? new Promise<void>((resolve) => setTimeout(resolve, DELAY_MS)) : undefined;
        const copies = fate === 'double' && isWhole ? 2 : 1;
        // In order, whatever is late.
        last = last
          .then(() => late)
          .then(() => {
            for (let copy = 0; copy < copies; copy++) if (!to.destroyed) to.write(bytes);
          });
      }
    });
  }
}
