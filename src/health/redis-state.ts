/** Whether Redis is connected. */
export interface RedisState {
  readonly isUp: boolean;
}

/** Injects the {@link RedisState}; null without Redis. */
export const REDIS_STATE = Symbol('RedisState');
