import { readFileSync } from 'node:fs';

/** Earlier results, so that suites can run separately. */
export function previousResults(machine) {
  try {
    return JSON.parse(readFileSync('bench/results.json', 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return { machine, parts: {} };
  }
}

/** The differences between this machine and that of the results. */
export function otherwise(machine, { machine: usual }) {
  return Object.fromEntries(Object.entries(machine).filter(([name, value]) => usual[name] !== value));
}

/** The median of one figure, or null when it was not measured. */
export function figure(results, part, table, row, column) {
  const tables = results.parts[part]?.tables ?? [];
  const found = tables.find(({ id }) => id === table)?.rows.find(({ name }) => name === row);
  return found?.values[column]?.median ?? null;
}
