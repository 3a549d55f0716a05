import { Computed, type Observable } from '../observable.js';
import type { StateChange } from '../model/sync-state.js';
import type { Person } from '../api-types.js';

/** Names and pictures that are kept; those that were seen longest ago go first. */
const PEOPLE_MAX = 2_000;

/** What people are called, as far as it was seen. */
export class UserCache {
  private readonly known = new Map<string, Person>();
  private readonly states = new Map<string, Computed<Person | null>>();
  private readonly asked = new Set<string>();

  /** @param ask fetches one who is looked at and not known */
  constructor(private readonly ask: (userId: string) => Promise<Person>) {}

  of(userId: string): Observable<Person | null> {
    const held = this.states.get(userId);
    if (held) return held;
    const state = new Computed(() => this.known.get(userId) ?? null, { onFirst: () => void this.fetch(userId) });
    this.states.set(userId, state);
    return state;
  }

  learn({ id, username, displayName, avatarUrl }: Person): void {
    const held = this.known.get(id);
    this.known.delete(id);
    const isSame = held?.username === username && held.displayName === displayName && held.avatarUrl === avatarUrl;
    this.known.set(id, isSame ? held : { id, username, displayName, avatarUrl });
    if (!isSame) this.states.get(id)?.invalidate();
    for (const oldest of this.known.keys()) {
      if (this.known.size <= PEOPLE_MAX) break;
      this.known.delete(oldest);
    }
  }

  take({ messages, joined }: StateChange): void {
    for (const { sender } of messages) this.learn(sender);
    for (const { user } of joined) this.learn(user);
  }

  private async fetch(userId: string): Promise<void> {
    if (this.known.has(userId) || this.asked.has(userId)) return;
    this.asked.add(userId);
    try {
      this.learn(await this.ask(userId));
    } catch {
      // Unknown still: whoever looks next asks again.
    } finally {
      this.asked.delete(userId);
    }
  }
}
