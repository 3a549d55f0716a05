export type { Observable } from './observable.js';
export type * from './state.js';
export type * from './wire.js';
