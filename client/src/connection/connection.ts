import type { Problem } from '../api-types.js';
import { UnreachableError } from '../errors.js';
import { backoffMs } from '../model/backoff.js';
import { type Observable, Value } from '../observable.js';
import type { Timing } from '../options.js';
import type { ConnectionState, SessionEndReason } from '../public-state.js';
import type {
  CommandData,
  CommandName,
  CommandPayload,
  EphemeralEvent,
  LogEvent,
  ServerEvent,
} from '../server-events.js';
import type { TokenSession } from '../session/session.js';
import type { SocketTransport, OpenTransport } from './socket-transport.js';

/** Callbacks of a connection; `ClientCore` implements them. */
export interface ConnectionHandlers {
  readonly onLogEvent: (event: LogEvent) => void;
  readonly onEphemeralEvent: (event: EphemeralEvent) => void;
  /** Connected and subscribed: every later event is delivered. */
  readonly onOnline: () => void;
  /** The connection was online and is closed now. */
  readonly onOffline: () => void;
}

/** A token with less time left is not refreshed in place: the socket would end first. */
const REFRESH_MIN_MS = 200;

const OFFLINE: ConnectionState = { status: 'offline', retryAt: null, endedReason: null, isSyncing: false };

/**
 * Keeps one connection open while a user is logged in: reconnects with backoff, and refreshes the token before it
 * expires. `ClientCore` starts it after a log-in and stops it after a log-out; `SyncEngine` and `Outbox` send commands
 * through it.
 */
export class Connection {
  private readonly observable = new Value<ConnectionState>(OFFLINE);
  private isWanted = false;
  private transport: SocketTransport | null = null;
  private failures = 0;
  /** The reconnection time that a draining server named, by the local clock. */
  private reconnectAt: number | null = null;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private readyTimer: ReturnType<typeof setTimeout> | undefined;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  /** Server time minus local time. */
  private clockOffsetMs = 0;

  constructor(
    private readonly openTransport: OpenTransport,
    private readonly session: TokenSession,
    private readonly timing: Timing,
    private readonly handlers: ConnectionHandlers,
  ) {}

  get state(): Observable<ConnectionState> {
    return this.observable;
  }

  get isOnline(): boolean {
    return this.observable.getSnapshot().status === 'online';
  }

  /** Connects, and reconnects until `stop()`. */
  start(): void {
    this.isWanted = true;
    this.failures = 0;
    if (!this.transport) this.connect();
  }

  /** Closes the connection. With a reason the state becomes `ended`. */
  stop(reason: SessionEndReason | null = null): void {
    this.isWanted = false;
    this.closeTransport();
    clearTimeout(this.retryTimer);
    this.setState(reason ? { status: 'ended', endedReason: reason } : { status: 'offline' });
  }

  /** The app or the network is back: a scheduled attempt starts now. */
  wake(): void {
    if (!this.isWanted || this.transport) return;
    this.failures = 0;
    this.connect();
  }

  setSyncing(isSyncing: boolean): void {
    const state = this.observable.getSnapshot();
    if (state.isSyncing !== isSyncing) this.observable.set({ ...state, isSyncing });
  }

  /**
   * Sends a command. A missing answer means a broken connection, which is replaced.
   * @throws ProblemError, UnreachableError
   */
  async command<N extends CommandName>(name: N, payload: CommandPayload<N>): Promise<CommandData<N>> {
    const { transport } = this;
    if (!transport || !this.isOnline) throw new UnreachableError();
    try {
      return await transport.command(name, payload, this.timing.answerMs);
    } catch (error) {
      if (error instanceof UnreachableError && this.transport === transport) this.onDisconnected(null);
      throw error;
    }
  }

  private connect(): void {
    clearTimeout(this.retryTimer);
    const token = this.session.accessToken;
    if (token === null) return;
    this.reconnectAt = null;
    this.setState({ status: 'connecting' });
    const transport = this.openTransport(token, {
      // The server still subscribes the socket, which takes longer with more conversations.
      onConnect: () => {
        if (this.transport === transport && !this.isOnline) this.startReadyTimer(this.timing.answerMs);
      },
      onEvent: (event) => {
        if (this.transport === transport) this.onEvent(event, transport);
      },
      onEnd: (problem) => {
        if (this.transport === transport) this.onDisconnected(problem);
      },
    });
    this.transport = transport;
    this.startReadyTimer(this.timing.connectMs);
  }

  /** Drops the connection unless it makes progress in time. */
  private startReadyTimer(ms: number): void {
    clearTimeout(this.readyTimer);
    this.readyTimer = setTimeout(() => this.onDisconnected(null), ms);
  }

  private onEvent(event: ServerEvent, transport: SocketTransport): void {
    switch (event.name) {
      case 'session:ready':
        clearTimeout(this.readyTimer);
        this.clockOffsetMs = Date.parse(event.payload.serverTime) - Date.now();
        this.failures = 0;
        this.setState({ status: 'online' });
        this.handlers.onOnline();
        break;
      case 'session:expiring':
        this.scheduleRefresh(transport, Date.parse(event.payload.expiresAt));
        break;
      case 'session:ended':
        // An expired access token does not end the session.
        if (event.payload.reason === 'expired') this.onDisconnected(EXPIRED);
        else void this.session.end(reasonOf(event.payload.reason));
        break;
      case 'server:draining':
        this.reconnectAt = Date.now() + event.payload.reconnectInMs;
        break;
      case 'receipt:read':
      case 'receipt:delivered':
      case 'typing':
      case 'presence:changed':
        this.handlers.onEphemeralEvent(event);
        break;
      default:
        this.handlers.onLogEvent(event);
    }
  }

  /** Waits for half of the remaining time: clients spread their refreshes, and a failed one can be repeated. */
  private scheduleRefresh(transport: SocketTransport, expiresAt: number): void {
    const leftMs = expiresAt - this.clockOffsetMs - Date.now();
    clearTimeout(this.refreshTimer);
    if (leftMs < REFRESH_MIN_MS) return;
    this.refreshTimer = setTimeout(() => void this.refreshInPlace(transport, expiresAt), leftMs / 2);
  }

  /**
   * Gives the socket a newer token before its own expires. Without one the server closes the socket, and the client
   * reconnects.
   */
  private async refreshInPlace(transport: SocketTransport, expiresAt: number): Promise<void> {
    const token = this.session.accessToken;
    if (token === null || this.transport !== transport) return;
    try {
      const accessToken = await this.session.refresh(token);
      if (this.transport === transport) await this.command('session:refresh', { accessToken });
    } catch {
      // When the session has ended, the transport is gone too.
      if (this.transport === transport) this.scheduleRefresh(transport, expiresAt);
    }
  }

  private onDisconnected(problem: Problem | null): void {
    this.closeTransport();
    if (!this.isWanted) return;
    if (problem?.code === 'token_expired') void this.refreshAndRetry();
    else if (problem) void this.onRefused(problem);
    else this.scheduleRetry();
  }

  private async refreshAndRetry(): Promise<void> {
    const token = this.session.accessToken;
    if (token === null) return;
    try {
      await this.session.refresh(token);
      // Immediately, but once: a server whose clock runs ahead rejects the new token too.
      if (this.failures++ === 0 && this.isWanted && !this.transport) this.connect();
      else this.scheduleRetry();
    } catch {
      this.scheduleRetry();
    }
  }

  private async onRefused(problem: Problem): Promise<void> {
    if (!(await this.session.endIfOver(problem.code))) this.scheduleRetry(problem.retryAfterMs);
  }

  private scheduleRetry(atLeastMs = 0): void {
    if (!this.isWanted || this.transport || this.session.accessToken === null) return;
    clearTimeout(this.retryTimer);
    const { retryMinMs: minMs, retryMaxMs: maxMs } = this.timing;
    this.failures++;
    const wait = Math.max(atLeastMs, backoffMs(this.failures, Math.random(), { minMs, maxMs }));
    const waitMs = this.reconnectAt === null ? wait : Math.max(0, this.reconnectAt - Date.now());
    this.reconnectAt = null;
    this.setState({ status: 'offline', retryAt: Date.now() + waitMs });
    this.retryTimer = setTimeout(() => this.connect(), waitMs);
  }

  private closeTransport(): void {
    const wasOnline = this.isOnline;
    clearTimeout(this.readyTimer);
    clearTimeout(this.refreshTimer);
    const { transport } = this;
    this.transport = null;
    transport?.close();
    if (!wasOnline) return;
    this.setState({ status: 'offline' });
    this.handlers.onOffline();
  }

  private setState(change: Partial<ConnectionState> & Pick<ConnectionState, 'status'>): void {
    const { isSyncing } = this.observable.getSnapshot();
    this.observable.set({ ...OFFLINE, isSyncing: isSyncing && change.status === 'online', ...change });
  }
}

const EXPIRED: Problem = {
  type: 'about:blank',
  title: 'Token expired',
  status: 401,
  code: 'token_expired',
  detail: 'The access token of the connection ran out.',
  requestId: '',
};

const REASONS = [
  'logged_out',
  'revoked',
  'replaced',
  'password_changed',
  'token_reused',
  'account_deleted',
] as const satisfies readonly SessionEndReason[];

function reasonOf(text: string): SessionEndReason {
  return REASONS.find((reason) => reason === text) ?? 'revoked';
}
