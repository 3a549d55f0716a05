/** The authenticated user and session of a request. The first argument of every use case. */
export interface Actor {
  readonly userId: string;
  readonly sessionId: string;
}
