import { ENTITIES } from './entities.js';
import { EnvError, readEnv } from './infrastructure/config/env.js';
import { openDatabase } from './infrastructure/database/data-source.js';
import type { Database } from './infrastructure/database/database.js';

interface Command {
  readonly purpose: string;
  /** @param database connected, with its schema up to date. @returns the line to print */
  run(database: Database): Promise<string>;
}

/** Maintenance commands on the database, with the server's environment: `node dist/admin.js <command>`. */
const COMMANDS = new Map<string, Command>([
  [
    'migrate',
    {
      purpose: 'run pending migrations, as every server start does',
      run: () => Promise.resolve('The schema is up to date.'),
    },
  ],
  [
    'new-epoch',
    {
      purpose: 'reset all clients after you restored a backup; run it while no server runs',
      run: async (database) => `The epoch is ${await database.newEpoch()}.`,
    },
  ],
]);

async function main([name = '', ...more]: readonly string[]): Promise<number> {
  const command = COMMANDS.get(name);
  if (!command || more.length > 0) {
    const lines = [...COMMANDS].map(([each, { purpose }]) => `  ${each.padEnd(10)} ${purpose}\n`);
    process.stderr.write(`Usage: node dist/admin.js <command>\n${lines.join('')}`);
    return 2;
  }
  try {
    const database = await openDatabase(readEnv(), ENTITIES);
    try {
      process.stdout.write(`${await command.run(database)}\n`);
    } finally {
      await database.onApplicationShutdown();
    }
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof EnvError ? error.message : `${name} failed: ${String(error)}`}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
