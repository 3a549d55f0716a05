import type { Observable } from '@gochat/client';

type Drafts = Readonly<Record<string, string>>;

/** What was written and not sent, by conversation: kept over a restart. Those of one user: another's are under another key. */
export class DraftStore implements Observable<Drafts> {
  private drafts: Drafts;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
    private readonly key: string,
  ) {
    this.drafts = parseDrafts(storage.getItem(key));
  }

  readonly getSnapshot = (): Drafts => this.drafts;

  readonly subscribe = (onChange: () => void): (() => void) => {
    this.listeners.add(onChange);
    return () => this.listeners.delete(onChange);
  };

  get(conversationId: string): string {
    return this.drafts[conversationId] ?? '';
  }

  /** Keeps it; of nothing but spaces it keeps nothing. */
  set(conversationId: string, text: string): void {
    const { [conversationId]: held = '', ...others } = this.drafts;
    const isEmpty = text.trim() === '';
    if (isEmpty && held === '') return;
    this.replace(isEmpty ? others : { ...this.drafts, [conversationId]: text });
  }

  /** Somebody has logged out: nothing of theirs stays. */
  clear(): void {
    this.replace({});
  }

  private replace(drafts: Drafts): void {
    this.drafts = drafts;
    try {
      if (Object.keys(drafts).length === 0) this.storage.removeItem(this.key);
      else this.storage.setItem(this.key, JSON.stringify(drafts));
    } catch {
      // No room: it lasts as long as the page.
    }
    for (const listener of [...this.listeners]) listener();
  }
}

function parseDrafts(text: string | null): Drafts {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {};
  }
}
