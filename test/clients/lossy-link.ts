/** An event as it came over a socket. */
export interface Carried {
  readonly name: string;
  readonly payload: any;
}

/** What becomes of an event: it passes, is lost, comes twice, or comes after so many later ones. */
export type Fate = 'pass' | 'lose' | 'double' | { readonly late: number };

/** A bad connection in front of a client: loses, doubles, delays and so reorders events, as its fates say in turn. */
export class LossyLink {
  private readonly held: { event: Carried; after: number }[] = [];
  private count = 0;
  private isHealed = false;

  constructor(
    private readonly fates: readonly Fate[],
    private readonly deliver: (event: Carried) => void,
  ) {}

  carry(event: Carried): void {
    const fate = this.isHealed ? 'pass' : (this.fates[this.count++ % this.fates.length] ?? 'pass');
    for (const waiting of this.held) waiting.after--;
    if (typeof fate === 'object') this.held.push({ event, after: fate.late });
    else if (fate !== 'lose') this.deliver(event);
    if (fate === 'double') this.deliver(event);
    this.release(({ after }) => after <= 0);
  }

  /** Delivers what is held, and everything from here on. */
  heal(): void {
    this.isHealed = true;
    this.release(() => true);
  }

  private release(isDue: (waiting: { after: number }) => boolean): void {
    const due = this.held.filter(isDue);
    for (const waiting of due) this.held.splice(this.held.indexOf(waiting), 1);
    for (const { event } of due) this.deliver(event);
  }
}
