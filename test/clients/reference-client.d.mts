import type { ReceivedEvent } from './lossy-link.js';

/** The state that a sync names: one number per conversation, and one for private state. */
export interface Known {
  readonly epoch?: string;
  readonly stateRev?: number;
  readonly conversations: Record<string, number>;
}

/** Thrown by `sync` when there is no answer. */
export class Offline extends Error {}

export interface ReferenceClientOptions {
  readonly sync: (known: Known) => Promise<any>;
  readonly holdBackMs?: number;
  readonly retryMs?: number;
}

export class ReferenceClient {
  constructor(userId: string, options: ReferenceClientOptions);
  readonly gaps: number;
  connected(): void;
  disconnected(): void;
  foreground(): void;
  receive(event: ReceivedEvent): void;
  idle(): Promise<void>;
  snapshot(): object[];
}
