import { readFileSync } from 'node:fs';

/** What was measured before on the same machine with the same versions, so that parts can be run one by one. */
export function previousResults(machine) {
  try {
    const results = JSON.parse(readFileSync('bench/results.json', 'utf8'));
    if (JSON.stringify(results.machine) === JSON.stringify(machine)) return results;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return { machine, parts: {} };
}

/** The median of one figure, or null when it was not measured. */
export function figure(results, part, table, row, column) {
  const tables = results.parts[part]?.tables ?? [];
  const found = tables.find(({ id }) => id === table)?.rows.find(({ name }) => name === row);
  return found?.values[column]?.median ?? null;
}
