import type { Member, Page } from '../api-types.js';
import { membersView } from '../model/selectors.js';
import type { StateChange } from '../model/sync-state.js';
import { Computed, type Observable } from '../observable.js';
import type { MembersState } from '../public-state.js';
import type { SyncEngine } from '../sync/sync-engine.js';

/** The dependencies of a member list. */
export interface MemberListOptions {
  readonly conversationId: string;
  readonly sync: SyncEngine;
  readonly page: (cursor: string | null) => Promise<Page<Member>>;
}

/**
 * The members of a conversation. Up to 100 are available at once; `load()` fetches the others. `ListRegistry` creates
 * it.
 *
 * @example
 * const list = client.members(id);
 * while (!list.getSnapshot().isComplete) await list.load();
 */
export class MemberList implements Observable<MembersState> {
  private readonly state: Computed<MembersState>;
  private cursor: string | null = null;
  private isLoading = false;
  /** Members who left while a page was loading: the page may still include them. */
  private leftDuringLoad = new Set<string>();

  /** Use `client.members(id)`. */
  constructor(private readonly options: MemberListOptions) {
    const { sync, conversationId } = options;
    this.state = new Computed(() => membersView(sync.state.get(conversationId), this.isLoading));
  }

  readonly getSnapshot = (): MembersState => this.state.getSnapshot();

  readonly subscribe = (onChange: () => void): (() => void) => this.state.subscribe(onChange);

  /** Loads the next 100 members; does nothing once all are loaded. @throws UnreachableError, ProblemError */
  async load(): Promise<void> {
    if (this.isLoading || this.getSnapshot().isComplete) return;
    const { sync, conversationId, page } = this.options;
    this.isLoading = true;
    this.leftDuringLoad = new Set();
    this.state.invalidate();
    try {
      const { items, nextCursor } = await page(this.cursor);
      sync.state.mergeMembers(
        conversationId,
        items.filter(({ user }) => !this.leftDuringLoad.has(user.id)),
      );
      // After the last page it starts again, to find members who joined before a page that was already read.
      this.cursor = nextCursor;
    } finally {
      this.isLoading = false;
      this.state.invalidate();
    }
  }

  /** @internal The state was replaced, for another user. */
  invalidate(): void {
    this.cursor = null;
    this.state.invalidate();
  }

  /** @internal The conversation changed. */
  onStateChange(change: StateChange): void {
    if (change.kind !== 'changed') this.cursor = null;
    for (const { userId } of change.left) this.leftDuringLoad.add(userId);
    for (const { user } of change.joined) this.leftDuringLoad.delete(user.id);
    this.state.invalidate();
  }
}
