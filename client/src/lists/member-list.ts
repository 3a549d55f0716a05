import type { SyncEngine } from '../sync/sync-engine.js';
import type { StateChange } from '../model/sync-state.js';
import { membersView } from '../model/selectors.js';
import { Computed, type Observable } from '../observable.js';
import type { MembersState } from '../public-state.js';
import type { Member, Page } from '../api-types.js';

/** What a list of people needs of the rest. */
export interface MemberSources {
  readonly conversationId: string;
  readonly log: SyncEngine;
  readonly page: (cursor: string | null) => Promise<Page<Member>>;
}

/**
 * The people of a conversation: up to 100 are there from the start, the others come as they are loaded.
 *
 * @example
 * const list = client.members(id);
 * while (!list.getSnapshot().isComplete) await list.load();
 */
export class MemberList implements Observable<MembersState> {
  private readonly state: Computed<MembersState>;
  private cursor: string | null = null;
  private isLoading = false;
  /** Who left while a page was on its way, which may still have them. */
  private gone = new Set<string>();

  /** Lists come from `client.members(id)`. */
  constructor(private readonly sources: MemberSources) {
    const { log, conversationId } = sources;
    this.state = new Computed(() => membersView(log.world.get(conversationId), this.isLoading));
  }

  readonly getSnapshot = (): MembersState => this.state.getSnapshot();

  readonly subscribe = (onChange: () => void): (() => void) => this.state.subscribe(onChange);

  /** Loads the next 100; does nothing once all are there. @throws UnreachableError, ProblemError */
  async load(): Promise<void> {
    if (this.isLoading || this.getSnapshot().isComplete) return;
    const { log, conversationId, page } = this.sources;
    this.isLoading = true;
    this.gone = new Set();
    this.state.invalidate();
    try {
      const { items, nextCursor } = await page(this.cursor);
      log.world.learnMembers(
        conversationId,
        items.filter(({ user }) => !this.gone.has(user.id)),
      );
      // At the end it begins again: who joined before those that were read is found then.
      this.cursor = nextCursor;
    } finally {
      this.isLoading = false;
      this.state.invalidate();
    }
  }

  /** @internal All of it is another's. */
  invalidate(): void {
    this.cursor = null;
    this.state.invalidate();
  }

  /** @internal Takes a step of the log. */
  take(effect: StateChange): void {
    if (effect.kind !== 'changed') this.cursor = null;
    for (const { userId } of effect.left) this.gone.add(userId);
    for (const { user } of effect.joined) this.gone.delete(user.id);
    this.state.invalidate();
  }
}
