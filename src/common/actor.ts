/** Who acts: an authenticated user on one of their devices. The first argument of every use case. */
export interface Actor {
  readonly userId: string;
  readonly sessionId: string;
}
