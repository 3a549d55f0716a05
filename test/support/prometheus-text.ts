/** Parses the samples of the Prometheus text format. */
export const samplesOf = (text: string): [series: string, value: number][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]);

/** Splits a series into its name and its `label="value"` pairs. */
export function partsOf(series: string): [name: string, labels: string[]] {
  const [, name = '', labels = ''] = /^([^{]+)(?:\{(.*)\})?$/.exec(series) ?? [];
  return [name, labels === '' ? [] : labels.split(/,(?=\w+=")/)];
}
