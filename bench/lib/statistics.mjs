/** The value below which that share of an ascending list lies; null of an empty one. */
function percentile(ascending, share) {
  if (ascending.length === 0) return null;
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))];
}

/** Median and 99th percentile; null for an empty list. */
export function latencies(times) {
  const ascending = Float64Array.from(times).sort();
  return { p50: percentile(ascending, 0.5), p99: percentile(ascending, 0.99) };
}

/** Combines several runs: median, minimum and maximum of each number; the common text, or all texts. */
export function summarise(runs) {
  return Object.fromEntries(Object.keys(runs[0]).map((name) => [name, overRuns(runs.map((run) => run[name]))]));
}

function overRuns(values) {
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  if (numbers.length === 0) return [...new Set(values)].filter(Boolean).join('; ') || null;
  const middle = numbers.length >> 1;
  const median = numbers.length % 2 ? numbers[middle] : (numbers[middle - 1] + numbers[middle]) / 2;
  return { median, min: numbers[0], max: numbers.at(-1) };
}
