import { QueryFailedError } from 'typeorm';

import { DomainError } from '../../common/domain-error.js';

/** The `retryAfterMs` of `unavailable`. */
const RETRY_AFTER_MS = 1_000;

const DUPLICATE = new Set(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);
/** MySQL and MariaDB: lock wait timeout, deadlock. The transaction was rolled back and can be retried. */
const TRANSIENT = new Set([1205, 1213]);
/** `--read-only`, a read-only transaction, read-only mode: the server is no longer the primary. */
const READ_ONLY = new Set([1290, 1792, 1836]);
/** `ER_DISK_FULL`, `ER_RECORD_FILE_FULL`. */
const FULL = new Set([1021, 1114]);
/**
 * The server rejects connections, shuts down, or has closed this one. 1927 and 1969 are MariaDB's numbers for a killed
 * connection and a statement timeout, which have no name in the driver.
 */
const GONE = new Set<unknown>([
  ...['ER_CON_COUNT_ERROR', 'ER_TOO_MANY_USER_CONNECTIONS', 'ER_USER_LIMIT_REACHED', 'ER_HOST_IS_BLOCKED'],
  ...['ER_SERVER_SHUTDOWN', 'ER_NORMAL_SHUTDOWN', 'ER_ABORTING_CONNECTION', 'ER_NEW_ABORTING_CONNECTION'],
  ...['ER_CLIENT_INTERACTION_TIMEOUT', 'ER_QUERY_INTERRUPTED', 'ER_QUERY_TIMEOUT'],
  ...['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_UNEXPECTED_PACKET', 'PROTOCOL_PACKETS_OUT_OF_ORDER'],
  ...[1927, 1969],
]);
/** Node's codes for network and DNS errors. */
const NETWORK = /^E(CONN|NET|HOST|ADDRNOTAVAIL|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN)/;
/** Errors of the SQLite file, its disk or its lock. An invalid statement is `SQLITE_ERROR`. */
const SQLITE = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|PROTOCOL|NOMEM)/;

/** Whether a statement violated a unique key: a concurrent insert was first. Repositories call it. */
export const isDuplicate = (error: unknown): boolean => DUPLICATE.has(String(driverError(error).code));

/** Whether the transaction was rolled back by a deadlock or lock timeout and can be retried. `Database` calls it. */
export const isTransient = (error: unknown): boolean => TRANSIENT.has(Number(driverError(error).errno));

/** Whether the server is read-only, as after a failover. `MysqlPool` then drops the connection. */
export const isReadOnly = (error: unknown): boolean => READ_ONLY.has(Number(driverError(error).errno));

/** An `unavailable` error that can be retried after a second. @param cause for the log only */
export function unavailable(detail: string, cause?: unknown): DomainError {
  return Object.assign(new DomainError('unavailable', `${detail} Try again soon.`, { retryAfterMs: RETRY_AFTER_MS }), {
    cause,
  });
}

/**
 * Maps a driver's error to `unavailable` when the database is the cause; returns any other error unchanged. `Database`
 * calls it for every failed read and transaction.
 */
export function toDomainError(error: unknown): unknown {
  if (error instanceof DomainError) return error;
  const { code, errno, fatal } = driverError(error);
  const name = String(code);
  if (fatal === true || GONE.has(code) || GONE.has(errno) || NETWORK.test(name)) {
    return unavailable('The database cannot be reached.', error);
  }
  if (READ_ONLY.has(Number(errno)) || FULL.has(Number(errno)) || SQLITE.test(name)) {
    return unavailable('The database cannot be written to.', error);
  }
  if (isTransient(error)) return unavailable('Conflicting concurrent update.', error);
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
