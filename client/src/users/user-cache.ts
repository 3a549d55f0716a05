import type { Person } from '../api-types.js';
import type { StateChange } from '../model/sync-state.js';
import { Computed, type Observable } from '../observable.js';

/** Maximum number of users; the least recently seen are evicted. */
const USERS_MAX = 2_000;

/**
 * Names and pictures of users, collected from messages and members. `client.person(id)` reads it; `ClientCore` adds the
 * users of each state change.
 */
export class UserCache {
  private readonly users = new Map<string, Person>();
  private readonly states = new Map<string, Computed<Person | null>>();
  private readonly inFlight = new Set<string>();

  /** @param fetchUser loads a user that is displayed and not cached */
  constructor(private readonly fetchUser: (userId: string) => Promise<Person>) {}

  of(userId: string): Observable<Person | null> {
    const cached = this.states.get(userId);
    if (cached) return cached;
    const state = new Computed(() => this.users.get(userId) ?? null, { onFirst: () => void this.fetch(userId) });
    this.states.set(userId, state);
    return state;
  }

  store({ id, username, displayName, avatarUrl }: Person): void {
    const cached = this.users.get(id);
    this.users.delete(id);
    const isSame =
      cached?.username === username && cached.displayName === displayName && cached.avatarUrl === avatarUrl;
    this.users.set(id, isSame ? cached : { id, username, displayName, avatarUrl });
    if (!isSame) this.states.get(id)?.invalidate();
    for (const oldest of this.users.keys()) {
      if (this.users.size <= USERS_MAX) break;
      this.users.delete(oldest);
    }
  }

  onStateChange({ messages, joined }: StateChange): void {
    for (const { sender } of messages) this.store(sender);
    for (const { user } of joined) this.store(user);
  }

  private async fetch(userId: string): Promise<void> {
    if (this.users.has(userId) || this.inFlight.has(userId)) return;
    this.inFlight.add(userId);
    try {
      this.store(await this.fetchUser(userId));
    } catch {
      // Still unknown: the next read requests it again.
    } finally {
      this.inFlight.delete(userId);
    }
  }
}
