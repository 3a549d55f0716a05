import { Computed, type Observable } from '../observable.js';
import type { Presence } from '../public-state.js';

/** One connection watches so many people. */
const WATCH_MAX = 200;

interface Entry {
  presence: Presence | null;
  readonly state: Computed<Presence | null>;
}

interface Told extends Presence {
  readonly userId: string;
}

/** Who is there, of the people whom somebody here looks at. */
export class PresenceWatch {
  private readonly entries = new Map<string, Entry>();
  /** In the order in which they were looked at. */
  private readonly watched = new Set<string>();
  private isScheduled = false;

  /** @param watch tells the server whom to watch; null when offline */
  constructor(private readonly watch: (userIds: readonly string[]) => Promise<readonly Told[]> | null) {}

  of(userId: string): Observable<Presence | null> {
    const held = this.entries.get(userId);
    if (held) return held.state;
    const entry: Entry = {
      presence: null,
      state: new Computed(() => entry.presence, {
        onFirst: () => {
          this.watched.add(userId);
          this.schedule();
        },
        onLast: () => {
          this.watched.delete(userId);
          this.show(userId, null);
        },
      }),
    };
    this.entries.set(userId, entry);
    return entry.state;
  }

  heard({ userId, online, lastSeenAt }: Told): void {
    if (this.watched.has(userId)) this.show(userId, { online, lastSeenAt });
  }

  /** A new connection watches nobody yet. */
  online(): void {
    if (this.watched.size > 0) this.schedule();
  }

  offline(): void {
    for (const userId of this.watched) this.show(userId, null);
  }

  /** Once for all who come into view in one turn. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    queueMicrotask(() => {
      this.isScheduled = false;
      const latest = [...this.watched].slice(-WATCH_MAX);
      this.watch(latest)?.then(
        (all) => all.forEach((told) => this.heard(told)),
        // The next connection asks again.
        () => undefined,
      );
    });
  }

  private show(userId: string, presence: Presence | null): void {
    const entry = this.entries.get(userId);
    if (!entry) return;
    entry.presence = presence;
    entry.state.invalidate();
  }
}
