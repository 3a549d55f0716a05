import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The development signing key. It is generated at the first start and stored in `dataDir`, readable by its owner only, so
 * that sessions survive a restart without configuration.
 */
export function developmentSecret(dataDir: string): string {
  const file = join(dataDir, 'signing-key');
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    // Tested by shape: under Jest, file system errors are not instances of this realm's Error.
    if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
