/** The value below which the given share of an ascending list lies; null for an empty list. */
function percentile(ascending, share) {
  if (ascending.length === 0) return null;
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))];
}

/** The median and the 99th percentile of times, in the unit of the input; null without times. */
export function latencies(times) {
  const ascending = Float64Array.from(times).sort();
  return { p50: percentile(ascending, 0.5), p99: percentile(ascending, 0.99) };
}

/** Summarises runs per column: median, minimum and maximum of numbers; the distinct values of texts, joined. */
export function summarise(runs) {
  return Object.fromEntries(Object.keys(runs[0]).map((name) => [name, summariseColumn(runs.map((run) => run[name]))]));
}

function summariseColumn(values) {
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  if (numbers.length === 0) return [...new Set(values)].filter(Boolean).join('; ') || null;
  const middle = numbers.length >> 1;
  const median = numbers.length % 2 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2;
  return { median, min: numbers[0], max: numbers.at(-1) };
}
