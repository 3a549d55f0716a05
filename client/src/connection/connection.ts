import type {
  CommandData,
  CommandName,
  CommandPayload,
  EphemeralEvent,
  LogEvent,
  ServerEvent,
} from '../server-events.js';
import { backoffMs } from '../model/backoff.js';
import { type Observable, Value } from '../observable.js';
import type { Timing } from '../options.js';
import type { TokenSession } from '../session/session.js';
import type { ConnectionState, SessionEndReason } from '../public-state.js';
import type { Problem } from '../api-types.js';
import { UnreachableError } from '../errors.js';
import type { SocketTransport, OpenTransport } from './socket-transport.js';

/** Who listens to a connection. */
export interface ConnectionHandlers {
  readonly onLog: (event: LogEvent) => void;
  readonly onFleeting: (event: EphemeralEvent) => void;
  /** Connected and subscribed: nothing is missed from here on. */
  readonly onOnline: () => void;
  /** It was online, and is no more. */
  readonly onOffline: () => void;
}

/** With less left a token is not refreshed in place any more. */
const REFRESH_MIN_MS = 200;

const OFFLINE: ConnectionState = { status: 'offline', retryAt: null, endedReason: null, isSyncing: false };

/** Keeps one connection while somebody is logged in: makes it again when it breaks, and keeps its token fresh. */
export class Connection {
  private readonly value = new Value<ConnectionState>(OFFLINE);
  private isWanted = false;
  private link: SocketTransport | null = null;
  private failures = 0;
  /** When a draining server wants us back, by the clock here. */
  private comeBackAt: number | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readyTimer: ReturnType<typeof setTimeout> | undefined;
  private refreshTimer: ReturnType<typeof setTimeout> | undefined;
  /** By how much the server's clock is ahead. */
  private clockOffsetMs = 0;

  constructor(
    private readonly openLink: OpenTransport,
    private readonly session: TokenSession,
    private readonly timing: Timing,
    private readonly handlers: ConnectionHandlers,
  ) {}

  get state(): Observable<ConnectionState> {
    return this.value;
  }

  get isOnline(): boolean {
    return this.value.getSnapshot().status === 'online';
  }

  /** Connects, and stays so. */
  start(): void {
    this.isWanted = true;
    this.failures = 0;
    if (!this.link) this.attempt();
  }

  /** Ends the connection. */
  stop(reason: SessionEndReason | null = null): void {
    this.isWanted = false;
    this.drop();
    clearTimeout(this.timer);
    this.show(reason ? { status: 'ended', endedReason: reason } : { status: 'offline' });
  }

  /** The network or the app is back: an attempt that waits is made now. */
  wake(): void {
    if (!this.isWanted || this.link) return;
    this.failures = 0;
    this.attempt();
  }

  setSyncing(isSyncing: boolean): void {
    const state = this.value.getSnapshot();
    if (state.isSyncing !== isSyncing) this.value.set({ ...state, isSyncing });
  }

  /**
   * Sends a command. Without an answer in time the connection is not to be trusted, and is made anew.
   * @throws ProblemError, UnreachableError
   */
  async command<N extends CommandName>(name: N, payload: CommandPayload<N>): Promise<CommandData<N>> {
    const { link } = this;
    if (!link || !this.isOnline) throw new UnreachableError();
    try {
      return await link.command(name, payload, this.timing.answerMs);
    } catch (error) {
      if (error instanceof UnreachableError && this.link === link) this.broken(null);
      throw error;
    }
  }

  private attempt(): void {
    clearTimeout(this.timer);
    const token = this.session.accessToken;
    if (token === null) return;
    this.comeBackAt = null;
    this.show({ status: 'connecting' });
    const link = this.openLink(token, {
      // What is left is the subscribing, which takes as long as there are conversations.
      onConnect: () => {
        if (this.link === link && !this.isOnline) this.expectWithin(this.timing.answerMs);
      },
      onEvent: (event) => {
        if (this.link === link) this.receive(event, link);
      },
      onEnd: (problem) => {
        if (this.link === link) this.broken(problem);
      },
    });
    this.link = link;
    this.expectWithin(this.timing.connectMs);
  }

  /** Gives the connection up unless it has come further by then. */
  private expectWithin(ms: number): void {
    clearTimeout(this.readyTimer);
    this.readyTimer = setTimeout(() => this.broken(null), ms);
  }

  private receive(event: ServerEvent, link: SocketTransport): void {
    switch (event.name) {
      case 'session:ready':
        clearTimeout(this.readyTimer);
        this.clockOffsetMs = Date.parse(event.payload.serverTime) - Date.now();
        this.failures = 0;
        this.show({ status: 'online' });
        this.handlers.onOnline();
        break;
      case 'session:expiring':
        this.planRefresh(link, Date.parse(event.payload.expiresAt));
        break;
      case 'session:ended':
        // An access token that ran out is not the end of its session.
        if (event.payload.reason === 'expired') this.broken(EXPIRED);
        else void this.session.end(reasonOf(event.payload.reason));
        break;
      case 'server:draining':
        this.comeBackAt = Date.now() + event.payload.reconnectInMs;
        break;
      case 'receipt:read':
      case 'receipt:delivered':
      case 'typing':
      case 'presence:changed':
        this.handlers.onFleeting(event);
        break;
      default:
        this.handlers.onLog(event);
    }
  }

  /** Half of what is left is waited, so that not all clients of a server refresh at once, and time is left for another try. */
  private planRefresh(link: SocketTransport, expiresAt: number): void {
    const leftMs = expiresAt - this.clockOffsetMs - Date.now();
    clearTimeout(this.refreshTimer);
    if (leftMs < REFRESH_MIN_MS) return;
    this.refreshTimer = setTimeout(() => void this.refreshInPlace(link, expiresAt), leftMs / 2);
  }

  /** Gives the socket a newer token before its own expires. Should it not work, the socket ends and is made anew. */
  private async refreshInPlace(link: SocketTransport, expiresAt: number): Promise<void> {
    const token = this.session.accessToken;
    if (token === null || this.link !== link) return;
    try {
      const accessToken = await this.session.refresh(token);
      if (this.link === link) await this.command('session:refresh', { accessToken });
    } catch {
      // Where the session has ended, this connection is gone, too.
      if (this.link === link) this.planRefresh(link, expiresAt);
    }
  }

  private broken(problem: Problem | null): void {
    this.drop();
    if (!this.isWanted) return;
    if (problem?.code === 'token_expired') void this.refreshAndRetry();
    else if (problem) void this.refused(problem);
    else this.retry();
  }

  private async refreshAndRetry(): Promise<void> {
    const token = this.session.accessToken;
    if (token === null) return;
    try {
      await this.session.refresh(token);
      // At once, but not for ever: a server whose clock runs ahead refuses the new token too.
      if (this.failures++ === 0 && this.isWanted && !this.link) this.attempt();
      else this.retry();
    } catch {
      this.retry();
    }
  }

  private async refused(problem: Problem): Promise<void> {
    if (!(await this.session.endsWith(problem.code))) this.retry(problem.retryAfterMs);
  }

  private retry(atLeastMs = 0): void {
    if (!this.isWanted || this.link || this.session.accessToken === null) return;
    clearTimeout(this.timer);
    const { retryMinMs: minMs, retryMaxMs: maxMs } = this.timing;
    this.failures++;
    const wait = Math.max(atLeastMs, backoffMs(this.failures, Math.random(), { minMs, maxMs }));
    const waitMs = this.comeBackAt === null ? wait : Math.max(0, this.comeBackAt - Date.now());
    this.comeBackAt = null;
    this.show({ status: 'offline', retryAt: Date.now() + waitMs });
    this.timer = setTimeout(() => this.attempt(), waitMs);
  }

  private drop(): void {
    const wasOnline = this.isOnline;
    clearTimeout(this.readyTimer);
    clearTimeout(this.refreshTimer);
    const { link } = this;
    this.link = null;
    link?.close();
    if (!wasOnline) return;
    this.show({ status: 'offline' });
    this.handlers.onOffline();
  }

  private show(change: Partial<ConnectionState> & Pick<ConnectionState, 'status'>): void {
    const { isSyncing } = this.value.getSnapshot();
    this.value.set({ ...OFFLINE, isSyncing: isSyncing && change.status === 'online', ...change });
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
