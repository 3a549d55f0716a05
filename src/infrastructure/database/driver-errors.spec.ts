import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';

import { DomainError } from '../../common/domain-error.js';
import { isDuplicate, isReadOnly, isTransient, toDomainError } from './driver-errors.js';

const fault = (fields: object): Error => Object.assign(new Error('inner detail'), fields);
const within = (fields: object): Error => new QueryFailedError('SELECT 1', [], fault(fields));

describe('a driver error', () => {
  it.each([
    ['the port is closed', fault({ code: 'ECONNREFUSED' })],
    ['the host is unknown', fault({ code: 'ENOTFOUND' })],
    ['the host is unreachable', fault({ code: 'EHOSTUNREACH' })],
    ['the server does not answer', fault({ code: 'ETIMEDOUT' })],
    ['the connection breaks', fault({ code: 'PROTOCOL_CONNECTION_LOST' })],
    ['the connection breaks within a statement', within({ code: 'ECONNRESET' })],
    ['the connection was closed before', fault({ fatal: true })],
    ['the server has too many connections', fault({ code: 'ER_CON_COUNT_ERROR', errno: 1040 })],
    ['the server shuts down', fault({ code: 'ER_SERVER_SHUTDOWN', errno: 1053 })],
    ['the server ended an idle connection', fault({ code: 'ER_CLIENT_INTERACTION_TIMEOUT', errno: 4031 })],
    ['MariaDB killed the connection', fault({ errno: 1927 })],
    ['the server stopped a statement', fault({ code: 'ER_QUERY_INTERRUPTED', errno: 1317 })],
    ['the disk of the server is full', fault({ code: 'ER_DISK_FULL', errno: 1021 })],
    ['a table is full', fault({ code: 'ER_RECORD_FILE_FULL', errno: 1114 })],
    ['the server is read-only', fault({ code: 'ER_OPTION_PREVENTS_STATEMENT', errno: 1290 })],
    ['the transaction is read-only', fault({ code: 'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION', errno: 1792 })],
    ['the server is in read-only mode', fault({ code: 'ER_READ_ONLY_MODE', errno: 1836 })],
    ['deadlocks persist', fault({ code: 'ER_LOCK_DEADLOCK', errno: 1213 })],
    ['a lock is not released', fault({ code: 'ER_LOCK_WAIT_TIMEOUT', errno: 1205 })],
    ['the disk of the file is full', within({ code: 'SQLITE_FULL' })],
    ['the disk of the file fails', within({ code: 'SQLITE_IOERR_WRITE' })],
    ['another process has locked the file', within({ code: 'SQLITE_BUSY_SNAPSHOT' })],
    ['the file is read-only', within({ code: 'SQLITE_READONLY' })],
    ['the file cannot be opened', within({ code: 'SQLITE_CANTOPEN' })],
  ])('becomes a retryable `unavailable` without inner detail when %s', (_case, error) => {
    const mapped = toDomainError(error);
    expect(mapped).toMatchObject({ code: 'unavailable', extra: { retryAfterMs: 1_000 } });
    expect(mapped).toBeInstanceOf(DomainError);
    expect((mapped as DomainError).detail).not.toContain('inner');
    expect((mapped as DomainError).cause).toBe(error);
  });

  it.each([
    ['a syntax error', within({ code: 'ER_PARSE_ERROR', errno: 1064 })],
    ['a syntax error on SQLite', within({ code: 'SQLITE_ERROR' })],
    ['a violated foreign key', within({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' })],
    ['a duplicate key', within({ code: 'ER_DUP_ENTRY', errno: 1062 })],
    ['a domain error', new DomainError('forbidden', 'No.')],
    ['a bug', new TypeError('undefined is not a function')],
    ['undefined', undefined],
  ])('stays unchanged for %s', (_case, error) => {
    expect(toDomainError(error)).toBe(error);
  });

  it('is classified as transient, read-only or duplicate by its number or code', () => {
    expect([1205, 1213, 1290].map((errno) => isTransient(within({ errno })))).toEqual([true, true, false]);
    expect([1290, 1792, 1836, 1205].map((errno) => isReadOnly(fault({ errno })))).toEqual([true, true, true, false]);
    const codes = ['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_CONSTRAINT'];
    expect(codes.map((code) => isDuplicate(within({ code })))).toEqual([true, true, true, false]);
  });
});
