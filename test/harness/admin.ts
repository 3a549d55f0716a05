import type { DatabaseSettings } from '../../src/infrastructure/database/data-source.js';
import { ServerProcess } from './server-process.js';

/** Starts `node dist/admin.js …` on a database. */
export function startAdmin({ databaseUrl, dataDir }: DatabaseSettings, ...words: string[]): ServerProcess {
  const environment = { DATA_DIR: dataDir, ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }) };
  return ServerProcess.spawn(environment, ['dist/admin.js', ...words]);
}

/** Runs `node dist/admin.js …`. @returns its exit code and output */
export async function admin(
  settings: DatabaseSettings,
  ...words: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const process = startAdmin(settings, ...words);
  const { code } = await process.exited;
  return { code, stdout: process.stdout, stderr: process.stderr };
}
