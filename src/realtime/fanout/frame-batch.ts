/** Frames for one connection, in order. Connections that get the same frames share the batch, and so its bytes. */
export class FrameBatch {
  private next: FrameBatch | undefined;
  private joined: Buffer | undefined;

  private constructor(
    private readonly frames: Buffer,
    private readonly before: FrameBatch | undefined,
  ) {}

  /** Where a turn begins: nothing, to which frames are added. */
  static none(): FrameBatch {
    return new FrameBatch(Buffer.alloc(0), undefined);
  }

  /** This and those frames: the same batch for all who ask with the same frames one after the other. */
  plus(frames: Buffer): FrameBatch {
    if (this.next?.frames !== frames) this.next = new FrameBatch(frames, this);
    return this.next;
  }

  /** All frames in one piece. */
  get bytes(): Buffer {
    this.joined ??= this.join();
    return this.joined;
  }

  private join(): Buffer {
    if (!this.before?.before) return this.frames;
    const parts = [this.frames];
    for (let batch: FrameBatch | undefined = this.before; batch; batch = batch.before) parts.push(batch.frames);
    return Buffer.concat(parts.reverse());
  }
}
