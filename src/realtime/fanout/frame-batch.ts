/**
 * Frames for one connection, in order, as an immutable linked list. `ConnectionWriter` appends each frame. Connections that
 * receive the same frames get the same batch, so that its bytes are joined once for all of them.
 */
export class FrameBatch {
  private next: FrameBatch | undefined;
  private joined: Buffer | undefined;

  private constructor(
    private readonly frames: Buffer,
    private readonly previous: FrameBatch | undefined,
  ) {}

  /** The batch without frames that a tick starts with. */
  static empty(): FrameBatch {
    return new FrameBatch(Buffer.alloc(0), undefined);
  }

  /** This batch with `frames` added. Consecutive calls with the same buffer return the same batch. */
  append(frames: Buffer): FrameBatch {
    if (this.next?.frames !== frames) this.next = new FrameBatch(frames, this);
    return this.next;
  }

  /** All frames as one buffer. A single frame is returned uncopied. */
  get bytes(): Buffer {
    this.joined ??= this.join();
    return this.joined;
  }

  private join(): Buffer {
    if (!this.previous?.previous) return this.frames;
    const parts = [this.frames];
    for (let batch: FrameBatch | undefined = this.previous; batch; batch = batch.previous) parts.push(batch.frames);
    return Buffer.concat(parts.reverse());
  }
}
