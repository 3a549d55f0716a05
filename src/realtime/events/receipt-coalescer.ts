import { type ChatServer, conversationRoom } from '../gateway/socket-types.js';

/** Receipts of one reader that follow each other this closely leave as one: the last says it all. */
const COALESCE_MS = 100;

interface Receipt {
  readonly conversationId: string;
  readonly userId: string;
  readonly seq: number;
}

/** Tells the others in a conversation how far somebody has read or received, not more often than they can see. */
export class ReceiptCoalescer {
  private readonly waiting = new Map<string, () => void>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly io: ChatServer) {}

  /** Announces a receipt soon; a later one of the same kind, reader and conversation takes its place. */
  announce(name: 'receipt:read' | 'receipt:delivered', receipt: Receipt): void {
    this.waiting.set(`${name} ${receipt.conversationId} ${receipt.userId}`, () => {
      this.io.to(conversationRoom(receipt.conversationId)).emit(name, receipt);
    });
    this.timer ??= setTimeout(() => {
      this.flush();
    }, COALESCE_MS).unref();
  }

  private flush(): void {
    this.timer = undefined;
    const due = [...this.waiting.values()];
    this.waiting.clear();
    for (const send of due) send();
  }
}
