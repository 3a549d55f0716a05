import { QueryFailedError } from 'typeorm';

import { DomainError } from '../../common/domain-error.js';

/** When who is turned away may come back. */
const RETRY_AFTER_MS = 1_000;

const DUPLICATE = new Set(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);
/** MySQL and MariaDB: lock wait timeout, deadlock. The transaction was rolled back and may simply be run again. */
const TRANSIENT = new Set([1205, 1213]);
/** `--read-only`, a read-only transaction, and read-only mode: it was the primary, and is not any more. */
const READ_ONLY = new Set([1290, 1792, 1836]);
/** `ER_DISK_FULL`, `ER_RECORD_FILE_FULL`. */
const FULL = new Set([1021, 1114]);
/**
 * The server takes no (more) connections, goes down, or has ended this one; MariaDB's numbers for a connection that was
 * killed and for a statement that took too long, which have no name in the driver, and MySQL's name for the latter.
 */
const GONE = new Set<unknown>([
  ...['ER_CON_COUNT_ERROR', 'ER_TOO_MANY_USER_CONNECTIONS', 'ER_USER_LIMIT_REACHED', 'ER_HOST_IS_BLOCKED'],
  ...['ER_SERVER_SHUTDOWN', 'ER_NORMAL_SHUTDOWN', 'ER_ABORTING_CONNECTION', 'ER_NEW_ABORTING_CONNECTION'],
  ...['ER_CLIENT_INTERACTION_TIMEOUT', 'ER_QUERY_INTERRUPTED', 'ER_QUERY_TIMEOUT'],
  ...['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_UNEXPECTED_PACKET', 'PROTOCOL_PACKETS_OUT_OF_ORDER'],
  ...[1927, 1969],
]);
/** Of the network and the resolver, as Node names them. */
const NETWORK = /^E(CONN|NET|HOST|ADDRNOTAVAIL|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN)/;
/** Whatever a file or its lock does not allow; a statement that is wrong is `SQLITE_ERROR`. */
const SQLITE = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|PROTOCOL|NOMEM)/;

/** Whether a statement failed on a unique key: somebody else was first. */
export const isDuplicate = (error: unknown): boolean => DUPLICATE.has(String(driverError(error).code));

/** Whether the transaction may simply be run again. */
export const isTransient = (error: unknown): boolean => TRANSIENT.has(Number(driverError(error).errno));

/** Whether the connection leads to a server that only reads, where another one takes changes by now. */
export const isReadOnly = (error: unknown): boolean => READ_ONLY.has(Number(driverError(error).errno));

/** `unavailable`, because nothing comes of it for the moment. @param cause for the log alone */
export function unavailable(detail: string, cause?: unknown): DomainError {
  return Object.assign(new DomainError('unavailable', `${detail} Try again soon.`, { retryAfterMs: RETRY_AFTER_MS }), {
    cause,
  });
}

/** What a driver's error means to who asked: `unavailable`, or itself, which is a fault of ours. */
export function toDomainError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const { code, errno, fatal } = driverError(error);
  const name = String(code);
  if (fatal === true || GONE.has(code) || GONE.has(errno) || NETWORK.test(name)) {
    return unavailable('The database cannot be reached.', error);
  }
  if (READ_ONLY.has(Number(errno)) || FULL.has(Number(errno)) || SQLITE.test(name)) {
    return unavailable('The database takes no changes.', error);
  }
  if (isTransient(error)) return unavailable('Too many change the same.', error);
  return error;
}

interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
  readonly fatal?: unknown;
}

function driverError(error: unknown): DriverError {
  if (error instanceof QueryFailedError) return error.driverError as DriverError;
  return typeof error === 'object' && error !== null ? error : {};
}
