/** The samples of the text format. */
export const samplesOf = (text: string): [series: string, value: number][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]);

/** The name of a series, and each of its labels as it is written. */
export function partsOf(series: string): [name: string, labels: string[]] {
  const [, name = '', labels = ''] = /^([^{]+)(?:\{(.*)\})?$/.exec(series) ?? [];
  return [name, labels === '' ? [] : labels.split(/,(?=\w+=")/)];
}
