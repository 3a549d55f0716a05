import { readFileSync } from 'node:fs';

/** The committed results, so that single suites can be measured again; empty results without a file. */
export function previousResults(machine) {
  try {
    return JSON.parse(readFileSync('bench/results.json', 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return { machine, parts: {} };
  }
}

/** The properties of this machine that differ from the machine at the top of the results. */
export function environmentDifferences(machine, { machine: recorded }) {
  return Object.fromEntries(Object.entries(machine).filter(([name, value]) => recorded[name] !== value));
}

/** The median of one figure; null when it was not measured. */
export function figure(results, suite, table, row, column) {
  const tables = results.parts[suite]?.tables ?? [];
  const found = tables.find(({ id }) => id === table)?.rows.find(({ name }) => name === row);
  return found?.values[column]?.median ?? null;
}
