import type { Message, MessagePage } from '../api-types.js';
import type { CachedConversation } from '../model/cached-conversation.js';
import type { Departure, StateChange } from '../model/sync-state.js';
import { trim, joinPage, upsert, type TimelineSegment, segmentOf } from '../model/timeline-segment.js';
import { Computed, type Observable } from '../observable.js';
import type { ChatMessage, MessagesState, Notice } from '../public-state.js';
import type { SyncEngine } from '../sync/sync-engine.js';
import { newId } from '../uuid.js';

const PAGE_SIZE = 50;
const NOTICES_MAX = 50;

/** The position of a page: one of the three, or the newest messages. */
interface PageQuery {
  readonly before?: number;
  readonly after?: number;
  readonly around?: number;
}

/** The dependencies of a message list. */
export interface MessageListOptions {
  readonly conversationId: string;
  readonly sync: SyncEngine;
  /** Maximum number of messages. */
  readonly windowSize: number;
  readonly page: (query: PageQuery & { limit: number }) => Promise<MessagePage>;
  /** Converts stored messages; appends pending ones if the list reaches the end. */
  readonly show: (items: readonly Message[], isToEnd: boolean) => readonly ChatMessage[];
  readonly onNotice: (notice: Notice) => void;
}

/**
 * The messages of one conversation, through a window of bounded size. `ListRegistry` creates it.
 *
 * @example
 * const list = client.messages(id);
 * list.subscribe(() => render(list.getSnapshot().items));
 * await list.loadOlder();
 */
export class MessageList implements Observable<MessagesState> {
  private readonly state: Computed<MessagesState>;
  /** Null: the list shows the cached newest messages. */
  private window: TimelineSegment | null = null;
  private isFollowing = true;
  private loading: MessagesState['loading'] = null;
  /** Messages that changed while a page was loading: the page may contain older revisions. */
  private changedDuringLoad: Message[] = [];
  private notices: readonly Notice[] = [];
  /** The window was loaded before the conversation was reset. */
  private isStale = false;
  private resets = 0;

  /** Use `client.messages(id)`. */
  constructor(private readonly options: MessageListOptions) {
    this.state = new Computed(() => this.compute());
  }

  readonly getSnapshot = (): MessagesState => this.state.getSnapshot();

  readonly subscribe = (onChange: () => void): (() => void) => this.state.subscribe(onChange);

  /** Whether the list has subscribers. */
  get isWatched(): boolean {
    return this.state.hasSubscribers;
  }

  /**
   * Loads the 50 messages before the oldest. When the window is full, the newest are removed from it (`hasAfter`).
   * @throws UnreachableError, ProblemError: the visible messages stay
   */
  async loadOlder(): Promise<void> {
    const { items, from } = this.segment;
    if (from <= 1) return;
    await this.load('older', { before: items[0]?.seq ?? from }, PAGE_SIZE, (window, page) =>
      trim(joinPage(window, page, 'older'), this.options.windowSize, 'newest'),
    );
  }

  /**
   * Loads the 50 messages after the newest visible one, if there are any.
   * @throws UnreachableError, ProblemError: the visible messages stay
   */
  async loadNewer(): Promise<void> {
    const { items, hasAfter } = this.segment;
    if (!hasAfter) return;
    await this.load('newer', { after: items.at(-1)?.seq ?? 0 }, PAGE_SIZE, (window, page) =>
      trim(joinPage(window, page, 'newer'), this.options.windowSize, 'oldest'),
    );
  }

  /**
   * Shows the messages around the one with this `seq`.
   * @throws UnreachableError, ProblemError: the visible messages stay
   */
  async jumpTo(seq: number): Promise<void> {
    if (this.segment.items.some((message) => message.seq === seq)) return;
    await this.load('jump', { around: seq }, PAGE_SIZE, (_, page) => segmentOf(page));
    this.isFollowing = !this.segment.hasAfter;
  }

  /** Shows the newest messages, and follows new ones. */
  jumpToLatest(): Promise<void> {
    this.release();
    return Promise.resolve();
  }

  /**
   * Sets whether the reader is at the end of the list. If true, new messages remove the oldest from a full window. If
   * false, the visible messages stay, and a full window leaves new ones to `loadNewer()`.
   */
  setFollowing(isFollowing: boolean): void {
    if (!isFollowing) this.window ??= this.segment;
    this.isFollowing = isFollowing;
    if (isFollowing && this.window && !this.window.hasAfter) this.setWindow(this.trimmed(this.window));
  }

  /** Discards all but the newest messages. */
  release(): void {
    this.isFollowing = true;
    this.isStale = false;
    this.setWindow(null);
  }

  /** @internal A pending operation changed. */
  invalidate(): void {
    this.state.invalidate();
  }

  /** @internal The conversation changed. */
  onStateChange(change: StateChange, isLive: boolean): void {
    this.addNotices(change, isLive);
    if (change.kind === 'removed') {
      this.notices = [];
      this.release();
    } else if (change.kind === 'reset') {
      this.resets++;
      if (this.window && (this.window.hasAfter || !this.isFollowing)) this.isStale = true;
      else this.window = null;
    } else {
      if (this.loading) this.changedDuringLoad.push(...change.messages);
      if (this.window) this.window = this.trimmed(change.messages.reduce(upsert, this.window));
    }
    this.state.invalidate();
  }

  /** @internal A sync completed: reloads a window that a reset has invalidated. */
  onSynced(): void {
    if (!this.isStale || !this.window || this.loading) return;
    const { items } = this.window;
    const around = items[items.length >> 1]?.seq ?? 1;
    const reload = (_: TimelineSegment, page: MessagePage): TimelineSegment => {
      this.isStale = false;
      return segmentOf(page);
    };
    // Without an answer the window stays stale until the next sync.
    this.load('jump', { around }, 2 * PAGE_SIZE, reload).catch(() => undefined);
  }

  private get conversation(): CachedConversation | undefined {
    return this.options.sync.state.get(this.options.conversationId);
  }

  private get segment(): TimelineSegment {
    return this.window ?? this.conversation?.tail ?? EMPTY;
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
        // A page from before a reset may lack messages that the reset skipped.
        this.changedDuringLoad = [];
        ({ resets } = this);
        page = await this.options.page({ ...query, limit });
      } while (resets !== this.resets);
      this.window = this.changedDuringLoad.reduce(upsert, merge(this.segment, page));
    } finally {
      this.loading = null;
      this.changedDuringLoad = [];
      this.state.invalidate();
    }
    // The window itself may date from before a reset.
    this.onSynced();
  }

  private trimmed(window: TimelineSegment): TimelineSegment {
    return trim(window, this.options.windowSize, this.isFollowing ? 'oldest' : 'newest');
  }

  private setWindow(window: TimelineSegment | null): void {
    this.window = window;
    this.state.invalidate();
  }

  private addNotices({ joined, left }: StateChange, isLive: boolean): void {
    const notices = [
      ...joined.map((member) => this.newNotice('joined', member.user.id, null, isLive ? null : member.joinedAt)),
      ...left.map((departure: Departure) =>
        this.newNotice(departure.reason, departure.userId, departure.by, departure.at),
      ),
    ];
    if (notices.length === 0) return;
    this.notices = [...this.notices, ...notices].slice(-NOTICES_MAX);
    for (const notice of notices) this.options.onNotice(notice);
  }

  private newNotice(kind: Notice['kind'], userId: string, by: string | null, at: string | null): Notice {
    const tail = this.conversation?.tail.items ?? [];
    const before = at === null ? tail : tail.filter(({ createdAt }) => createdAt <= at);
    return { id: newId(), kind, userId, by, afterSeq: before.at(-1)?.seq ?? 0, at: at ?? new Date().toISOString() };
  }

  private compute(): MessagesState {
    const { items, from, hasAfter } = this.segment;
    return {
      items: this.options.show(items, !hasAfter),
      hasBefore: from > 1,
      hasAfter,
      notices: this.notices,
      isLoaded: this.conversation !== undefined,
      loading: this.loading,
    };
  }
}

const EMPTY: TimelineSegment = { items: [], from: 1, hasAfter: false };
