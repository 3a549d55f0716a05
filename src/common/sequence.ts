/** The largest `seq`, `rev` or `stateRev`: the columns are signed 32-bit integers. */
export const SEQ_MAX = 2 ** 31 - 1;
