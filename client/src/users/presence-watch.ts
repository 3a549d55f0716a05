import { Computed, type Observable } from '../observable.js';
import type { Presence } from '../public-state.js';

/** Limit of the server for one connection. */
const WATCH_MAX = 200;

interface Entry {
  presence: Presence | null;
  readonly state: Computed<Presence | null>;
}

interface UserPresence extends Presence {
  readonly userId: string;
}

/**
 * The presence of the users that the app displays. Watches a user while `client.presence(id)` has subscribers;
 * `ClientCore` delivers events and reports when the client goes online or offline.
 */
export class PresenceWatch {
  private readonly entries = new Map<string, Entry>();
  /** In the order of subscription. */
  private readonly watched = new Set<string>();
  private isScheduled = false;

  /** @param sendWatch replaces the watched users on the server; returns null while offline */
  constructor(private readonly sendWatch: (userIds: readonly string[]) => Promise<readonly UserPresence[]> | null) {}

  of(userId: string): Observable<Presence | null> {
    const known = this.entries.get(userId);
    if (known) return known.state;
    const entry: Entry = {
      presence: null,
      state: new Computed(() => entry.presence, {
        onFirst: () => {
          this.watched.add(userId);
          this.schedule();
        },
        onLast: () => {
          this.watched.delete(userId);
          this.setPresence(userId, null);
        },
      }),
    };
    this.entries.set(userId, entry);
    return entry.state;
  }

  onPresence({ userId, online, lastSeenAt }: UserPresence): void {
    if (this.watched.has(userId)) this.setPresence(userId, { online, lastSeenAt });
  }

  /** Watches again: a new connection starts without watched users. */
  online(): void {
    if (this.watched.size > 0) this.schedule();
  }

  offline(): void {
    for (const userId of this.watched) this.setPresence(userId, null);
  }

  /** One command for all subscriptions of one turn. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      const latest = [...this.watched].slice(-WATCH_MAX);
      this.sendWatch(latest)?.then(
        (all) => all.forEach((presence) => this.onPresence(presence)),
        // The next connection watches them again.
        () => undefined,
      );
    });
  }

  private setPresence(userId: string, presence: Presence | null): void {
    const entry = this.entries.get(userId);
    if (!entry) return;
    entry.presence = presence;
    entry.state.invalidate();
  }
}
