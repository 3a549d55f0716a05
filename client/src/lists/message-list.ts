import type { SyncEngine } from '../sync/sync-engine.js';
import type { Message, MessagePage } from '../api-types.js';
import type { Departure, StateChange } from '../model/sync-state.js';
import type { CachedConversation } from '../model/cached-conversation.js';
import { trim, join, upsert, type TimelineSegment, segmentOf } from '../model/timeline-segment.js';
import { newId } from '../uuid.js';
import { Computed, type Observable } from '../observable.js';
import type { ChatMessage, MessagesState, Notice } from '../public-state.js';

const PAGE = 50;
const NOTICES_MAX = 50;

/** Where to read: one of the three, or the newest. */
interface PageQuery {
  readonly before?: number;
  readonly after?: number;
  readonly around?: number;
}

/** What a list needs of the rest. */
export interface ListSources {
  readonly conversationId: string;
  readonly log: SyncEngine;
  /** Holds at most so many messages. */
  readonly windowSize: number;
  readonly page: (query: PageQuery & { limit: number }) => Promise<MessagePage>;
  /** Stored messages as they are shown, and those on their way if the list reaches to the end. */
  readonly show: (items: readonly Message[], isToEnd: boolean) => readonly ChatMessage[];
  readonly onNotice: (notice: Notice) => void;
}

/**
 * The messages of one conversation, through a window: however long the conversation, no more than the window is held.
 *
 * @example
 * const list = client.messages(id);
 * list.subscribe(() => render(list.getSnapshot().items));
 * await list.loadOlder();
 */
export class MessageList implements Observable<MessagesState> {
  private readonly state: Computed<MessagesState>;
  /** Null: the newest messages, as the log holds them anyway. */
  private window: TimelineSegment | null = null;
  private isFollowing = true;
  private loading: MessagesState['loading'] = null;
  /** What changed while a page was on its way: the page may be older. */
  private meanwhile: Message[] = [];
  private notices: readonly Notice[] = [];
  /** The window is of before all was replaced. */
  private isStale = false;
  private resets = 0;

  /** Lists come from `client.messages(id)`. */
  constructor(private readonly sources: ListSources) {
    this.state = new Computed(() => this.compute());
  }

  readonly getSnapshot = (): MessagesState => this.state.getSnapshot();

  readonly subscribe = (onChange: () => void): (() => void) => this.state.subscribe(onChange);

  /** Whether somebody looks. */
  get isWatched(): boolean {
    return this.state.isWatched;
  }

  /**
   * Loads the 50 messages before the oldest; at the window's bound the newest are let go.
   * @throws UnreachableError, ProblemError: what is shown stays
   */
  async loadOlder(): Promise<void> {
    const { items, from } = this.stretch;
    if (from <= 1) return;
    await this.load('older', { before: items[0]?.seq ?? from }, PAGE, (window, page) =>
      trim(join(window, page, 'older'), this.sources.windowSize, 'newest'),
    );
  }

  /**
   * Loads the 50 messages after the newest that is shown, where there are any.
   * @throws UnreachableError, ProblemError: what is shown stays
   */
  async loadNewer(): Promise<void> {
    const { items, hasAfter } = this.stretch;
    if (!hasAfter) return;
    await this.load('newer', { after: items.at(-1)?.seq ?? 0 }, PAGE, (window, page) =>
      trim(join(window, page, 'newer'), this.sources.windowSize, 'oldest'),
    );
  }

  /**
   * Shows what stands around a message, by its `seq`.
   * @throws UnreachableError, ProblemError: what is shown stays
   */
  async jumpTo(seq: number): Promise<void> {
    if (this.stretch.items.some((message) => message.seq === seq)) return;
    await this.load('jump', { around: seq }, PAGE, (_, page) => segmentOf(page));
    this.isFollowing = !this.stretch.hasAfter;
  }

  /** Shows the newest messages, and follows them. */
  jumpToLatest(): Promise<void> {
    this.release();
    return Promise.resolve();
  }

  /**
   * Says where the reader is. At the end (true) new messages push the oldest out of a full window; further up (false) what
   * is shown stays, and what is new is left to `loadNewer()` once the window is full.
   */
  setFollowing(isFollowing: boolean): void {
    if (!isFollowing) this.window ??= this.stretch;
    this.isFollowing = isFollowing;
    if (isFollowing && this.window && !this.window.hasAfter) this.move(this.bounded(this.window));
  }

  /** Lets go of all but the newest messages. */
  release(): void {
    this.isFollowing = true;
    this.isStale = false;
    this.move(null);
  }

  /** @internal Something on its way has changed. */
  invalidate(): void {
    this.state.invalidate();
  }

  /** @internal Takes a step of the log. */
  take(effect: StateChange, isLive: boolean): void {
    this.note(effect, isLive);
    if (effect.kind === 'removed') {
      this.notices = [];
      this.release();
    } else if (effect.kind === 'reset') {
      this.resets++;
      if (this.window && (this.window.hasAfter || !this.isFollowing)) this.isStale = true;
      else this.window = null;
    } else {
      if (this.loading) this.meanwhile.push(...effect.messages);
      if (this.window) this.window = this.bounded(effect.messages.reduce(upsert, this.window));
    }
    this.state.invalidate();
  }

  /** @internal Everything is known: what could not be loaded anew can be now. */
  synced(): void {
    if (!this.isStale || !this.window || this.loading) return;
    const { items } = this.window;
    const around = items[items.length >> 1]?.seq ?? 1;
    const anew = (_: TimelineSegment, page: MessagePage): TimelineSegment => {
      this.isStale = false;
      return segmentOf(page);
    };
    // Without an answer it stays stale, until the next sync.
    this.load('jump', { around }, 2 * PAGE, anew).catch(() => undefined);
  }

  private get copy(): CachedConversation | undefined {
    return this.sources.log.world.get(this.sources.conversationId);
  }

  private get stretch(): TimelineSegment {
    return this.window ?? this.copy?.tail ?? NOTHING;
  }

  private async load(
    loading: NonNullable<MessagesState['loading']>,
    query: PageQuery,
    limit: number,
    merge: (window: TimelineSegment, page: MessagePage) => TimelineSegment,
  ): Promise<void> {
    if (this.loading) return;
    this.loading = loading;
    this.state.invalidate();
    try {
      let resets: number;
      let page: MessagePage;
      do {
        // A page of before a reset may lack what the reset has skipped.
        this.meanwhile = [];
        ({ resets } = this);
        page = await this.sources.page({ ...query, limit });
      } while (resets !== this.resets);
      this.window = this.meanwhile.reduce(upsert, merge(this.stretch, page));
    } finally {
      this.loading = null;
      this.meanwhile = [];
      this.state.invalidate();
    }
    // What was joined to a window of before a reset is no better than that.
    this.synced();
  }

  private bounded(window: TimelineSegment): TimelineSegment {
    return trim(window, this.sources.windowSize, this.isFollowing ? 'oldest' : 'newest');
  }

  private move(window: TimelineSegment | null): void {
    this.window = window;
    this.state.invalidate();
  }

  private note({ joined, left }: StateChange, isLive: boolean): void {
    const notices = [
      ...joined.map((member) => this.notice('joined', member.user.id, null, isLive ? null : member.joinedAt)),
      ...left.map((departure: Departure) =>
        this.notice(departure.reason, departure.userId, departure.by, departure.at),
      ),
    ];
    if (notices.length === 0) return;
    this.notices = [...this.notices, ...notices].slice(-NOTICES_MAX);
    for (const notice of notices) this.sources.onNotice(notice);
  }

  private notice(kind: Notice['kind'], userId: string, by: string | null, at: string | null): Notice {
    const held = this.copy?.tail.items ?? [];
    const before = at === null ? held : held.filter(({ createdAt }) => createdAt <= at);
    return { id: newId(), kind, userId, by, afterSeq: before.at(-1)?.seq ?? 0, at: at ?? new Date().toISOString() };
  }

  private compute(): MessagesState {
    const { items, from, hasAfter } = this.stretch;
    return {
      items: this.sources.show(items, !hasAfter),
      hasBefore: from > 1,
      hasAfter,
      notices: this.notices,
      isLoaded: this.copy !== undefined,
      loading: this.loading,
    };
  }
}

const NOTHING: TimelineSegment = { items: [], from: 1, hasAfter: false };
