import type { Observable } from '@gochat/client';

type Drafts = Readonly<Record<string, string>>;

/** Unsent text of one user, by conversation. It survives a restart of the browser. Each user needs a `key` of their own. */
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

  /** Stores a draft. Text that is only white space deletes it. */
  set(conversationId: string, text: string): void {
    const { [conversationId]: current = '', ...others } = this.drafts;
    const isEmpty = text.trim() === '';
    if (isEmpty && current === '') return;
    this.replace(isEmpty ? others : { ...this.drafts, [conversationId]: text });
  }

  /** Deletes every draft, on log-out. */
  clear(): void {
    this.replace({});
  }

  private replace(drafts: Drafts): void {
    this.drafts = drafts;
    try {
      if (Object.keys(drafts).length === 0) this.storage.removeItem(this.key);
      else this.storage.setItem(this.key, JSON.stringify(drafts));
    } catch {
      // The storage is full or disabled: the draft lasts as long as the page.
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
