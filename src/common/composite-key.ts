/** Joins two ids into one map key; the order of the ids matters. */
export const compositeKey = (one: string, other: string): string => `${one} ${other}`;
