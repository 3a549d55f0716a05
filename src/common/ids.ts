import { v5, v7 } from 'uuid';

/** The namespace of ids that must be equal on every node and after every start (RFC 9562 §5.5). */
const NAMESPACE = '6f6cbb6c-3d9c-5b0e-9a8f-0c1d2b6f7e11';

/** A new time-ordered id (RFC 9562, version 7), lower case. */
export const newId = (): string => v7();

/** The id derived from a name: equal names have equal ids (RFC 9562, version 5). */
export const idOfName = (name: string): string => v5(name, NAMESPACE);

/** Joins two ids into one map key; the order of the ids matters. */
export const compositeKey = (one: string, other: string): string => `${one} ${other}`;
