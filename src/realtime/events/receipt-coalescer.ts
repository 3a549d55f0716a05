import type { ChatServer } from '../gateway/socket-types.js';
import { conversationRoom } from '../rooms.js';

/** Receipts of one member are collected for this time, and only the last is emitted: a receipt covers all earlier ones. */
const COALESCE_MS = 100;

interface Receipt {
  readonly conversationId: string;
  readonly userId: string;
  readonly seq: number;
}

/** Emits read and delivered receipts to conversations, at most one per member, conversation, kind and 100 ms. `Broadcaster` calls it. */
export class ReceiptCoalescer {
  private readonly pending = new Map<string, () => void>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly io: ChatServer) {}

  /** Emits the receipt within 100 ms, unless a later one of the same kind, member and conversation replaces it. */
  broadcast(name: 'receipt:read' | 'receipt:delivered', receipt: Receipt): void {
    this.pending.set(`${name} ${receipt.conversationId} ${receipt.userId}`, () => {
      this.io.to(conversationRoom(receipt.conversationId)).emit(name, receipt);
    });
    this.timer ??= setTimeout(() => {
      this.flush();
    }, COALESCE_MS).unref();
  }

  private flush(): void {
    this.timer = undefined;
    const due = [...this.pending.values()];
    this.pending.clear();
    for (const emit of due) emit();
  }
}
