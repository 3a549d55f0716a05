import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The development signing key: made at the first start and kept beside the data, readable by its owner only, so that
 * sessions survive a restart without any configuration.
 */
export function developmentSecret(dataDir: string): string {
  const file = join(dataDir, 'signing-key');
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    // By shape: under a test runner, the file system's errors are not instances of this realm's Error.
    if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
