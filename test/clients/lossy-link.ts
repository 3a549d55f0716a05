/** An event as received over a socket. */
export interface ReceivedEvent {
  readonly name: string;
  readonly payload: any;
}

/** The fate of an event: delivered, lost, delivered twice, or delivered after that many later events. */
export type Fate = 'pass' | 'lose' | 'double' | { readonly late: number };

/** A bad connection in front of a client: loses, duplicates and reorders events, cycling through the given fates. */
export class LossyLink {
  private readonly delayed: { event: ReceivedEvent; after: number }[] = [];
  private count = 0;
  private isHealed = false;

  constructor(
    private readonly fates: readonly Fate[],
    private readonly deliver: (event: ReceivedEvent) => void,
  ) {}

  carry(event: ReceivedEvent): void {
    const fate = this.isHealed ? 'pass' : (this.fates[this.count++ % this.fates.length] ?? 'pass');
    for (const waiting of this.delayed) waiting.after--;
    if (typeof fate === 'object') this.delayed.push({ event, after: fate.late });
    else if (fate !== 'lose') this.deliver(event);
    if (fate === 'double') this.deliver(event);
    this.release(({ after }) => after <= 0);
  }

  /** Delivers all delayed events, and every later one. */
  heal(): void {
    this.isHealed = true;
    this.release(() => true);
  }

  private release(isDue: (waiting: { after: number }) => boolean): void {
    const due = this.delayed.filter(isDue);
    for (const waiting of due) this.delayed.splice(this.delayed.indexOf(waiting), 1);
    for (const { event } of due) this.deliver(event);
  }
}
