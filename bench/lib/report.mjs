import { goals } from './goals.mjs';

const number = (value, digits) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

function cell(value, digits) {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return value;
  const { median, min, max } = value;
  if (min === max) return number(median, digits);
  return `${number(median, digits)} (${number(min, digits)}–${number(max, digits)})`;
}

const line = (cells) => `| ${cells.join(' | ')} |`;

function tableOf(head, rows) {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The results as a page to read: the goals first, then every table. */
export function markdown({ machine, parts }) {
  const sections = [
    '# Results of the benchmarks',
    'Made by `npm run bench`; [README.md](README.md) says what each number is. A number is the median of the runs, with the least and most in brackets.',
    tableOf(
      ['measured on', ''],
      Object.entries(machine).map(([name, value]) => [name, String(value)]),
    ),
    '## Goals',
    tableOf(
      ['what', 'goal', 'measured', 'reached'],
      goals({ parts }).map(({ what, goal, measured, verdict }) => [what, goal, measured, verdict]),
    ),
  ];
  for (const [name, { taken, quick, runs, seconds, differs = {}, tables }] of Object.entries(parts)) {
    const kind = quick ? 'QUICK: one short run of smaller sizes, not to quote' : `${runs} runs`;
    const otherwise = Object.entries(differs).map(([what, value]) => `${what} ${value}`);
    const where = otherwise.length > 0 ? ` Otherwise than above: ${otherwise.join('; ')}.` : '';
    sections.push(`## ${name}`, `${taken.slice(0, 16).replace('T', ' ')} UTC, ${kind}, ${seconds} s.${where}`);
    for (const { title, columns, rows } of tables) {
      const head = ['', ...columns.map(([, label]) => label)];
      const body = rows.map((row) => [row.name, ...columns.map(([key, , digits]) => cell(row.values[key], digits))]);
      sections.push(`### ${title}`, tableOf(head, body));
    }
  }
  return `${sections.join('\n\n')}\n`;
}
