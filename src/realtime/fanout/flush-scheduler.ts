import { FrameBatch } from './frame-batch.js';

/** Something that has work to do when the turn ends. */
interface Due {
  /** Writes what was held back, and runs nobody else's code. @returns whether to drop it then */
  flush(): boolean;
  drop(): void;
}

/** The present turn of the event loop: it ends when all that has arrived by now has been dealt with. */
export class FlushScheduler {
  private due: Due[] = [];
  private first = FrameBatch.none();

  /** What every batch of this turn begins with. */
  get start(): FrameBatch {
    return this.first;
  }

  /** Lets `due` do its work when the turn ends. */
  schedule(due: Due): void {
    if (this.due.length === 0) setImmediate(this.end);
    this.due.push(due);
  }

  private readonly end = (): void => {
    const { due } = this;
    this.due = [];
    this.first = FrameBatch.none();
    const slow = due.filter((each) => each.flush());
    for (const each of slow) each.drop();
  };
}
