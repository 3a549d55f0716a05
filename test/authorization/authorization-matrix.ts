import { readFileSync } from 'node:fs';

import { type Place, PLACES } from '../fuzz/request-samples.js';

/** Who asks: the columns of the table, in its order. */
const ROLES = ['nobody', 'deleted', 'outsider', 'removed', 'blocked', 'member', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** In a direct conversation there are none of these. */
const NOT_IN_DIRECT: readonly Role[] = ['removed', 'admin', 'owner'];

/** A row of the table: what is asked, of what, and what it answers to each role. */
export interface Row {
  /** Its first two cells, for the name of a test. */
  readonly title: string;
  /** A route, and the command that is the same use case; or one of them. */
  readonly operations: readonly string[];
  /** None for what is of no conversation. */
  readonly places: readonly Place[];
  /** Whether the message or session is the asker's. */
  readonly isOwn: boolean;
  readonly answers: Readonly<Record<Role, string>>;
}

/** One thing to ask. */
export interface Cell {
  readonly role: Role;
  readonly place: Place | undefined;
  readonly isOwn: boolean;
  /** A status or `ok`, or the code of an error. */
  readonly expected: string;
}

/** The rows of a Markdown file's tables. @throws for one that has not these columns */
export function readTable(path: string): Row[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const header = `| what | where | ${ROLES.join(' | ')} |`;
  return lines.filter((line) => line.startsWith('|')).flatMap((line) => (isHead(line, header) ? [] : [rowOf(line)]));
}

/** What a row stands for. */
export function cellsOf({ places, isOwn, answers }: Row): Cell[] {
  return (places.length === 0 ? [undefined] : places).flatMap((place) =>
    ROLES.filter((role) => answers[role] !== '–' && !(place === 'direct' && NOT_IN_DIRECT.includes(role))).map(
      (role) => ({ role, place, isOwn, expected: answers[role] }),
    ),
  );
}

const isHead = (line: string, header: string): boolean => line === header || /^[|\s-]+$/.test(line);

function rowOf(line: string): Row {
  const cells = line.split('|').slice(1, -1);
  const [what = '', where = '', ...answers] = cells.map((cell) => cell.trim());
  if (answers.length !== ROLES.length) throw new Error(`not as many cells as roles: ${line}`);
  return {
    title: `${what} ${where}`.trim(),
    operations: Array.from(what.matchAll(/`([^`]+)`/g), ([, name = '']) => name),
    places: PLACES.filter((place) => where.includes(place)),
    isOwn: where.startsWith('own'),
    answers: Object.fromEntries(ROLES.map((role, index) => [role, answers[index]])) as Record<Role, string>,
  };
}
