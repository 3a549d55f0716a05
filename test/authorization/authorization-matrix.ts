import { readFileSync } from 'node:fs';

import { type ConversationType, CONVERSATION_TYPES } from '../fuzz/request-samples.js';

/** The columns of the matrix, in its order. */
const ROLES = ['anonymous', 'deleted', 'outsider', 'removed', 'blocked', 'member', 'admin', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** Direct conversations have no removed members and no roles. */
const NOT_IN_DIRECT_CONVERSATIONS: readonly Role[] = ['removed', 'admin', 'owner'];

/** A row of the matrix: operations on a target, with the expected outcome for each role. */
export interface Row {
  /** Its first two cells, for the title of a test. */
  readonly title: string;
  /** A route, a command, or both if they are the same use case. */
  readonly operations: readonly string[];
  /** Empty for operations without a conversation. */
  readonly conversationTypes: readonly ConversationType[];
  /** Whether the message or session belongs to the requester. */
  readonly isOwn: boolean;
  readonly answers: Readonly<Record<Role, string>>;
}

/** One request of the matrix. */
export interface Cell {
  readonly role: Role;
  readonly conversationType: ConversationType | undefined;
  readonly isOwn: boolean;
  /** A status, `ok` or an error code. */
  readonly expected: string;
}

/** Reads the tables of a Markdown file. @throws Error for a row with other columns */
export function readMatrix(path: string): Row[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const header = `| operation | conversation | ${ROLES.join(' | ')} |`;
  return lines
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => (isHead(line, header) ? [] : [rowOf(path, line)]));
}

/** The requests that a row stands for. */
export function cellsOf({ conversationTypes, isOwn, answers }: Row): Cell[] {
  return (conversationTypes.length === 0 ? [undefined] : conversationTypes).flatMap((conversationType) =>
    ROLES.filter(
      (role) => answers[role] !== '–' && !(conversationType === 'direct' && NOT_IN_DIRECT_CONVERSATIONS.includes(role)),
    ).map((role) => ({ role, conversationType, isOwn, expected: answers[role] })),
  );
}

const isHead = (line: string, header: string): boolean => line === header || /^[|\s-]+$/.test(line);

function rowOf(path: string, line: string): Row {
  const cells = line.split('|').slice(1, -1);
  const [operation = '', conversation = '', ...answers] = cells.map((cell) => cell.trim());
  if (answers.length !== ROLES.length)
    throw new Error(
      `${path}: a row needs ${ROLES.length + 2} cells (operation, conversation, ${ROLES.join(', ')}): ${line}`,
    );
  return {
    title: `${operation} ${conversation}`.trim(),
    operations: Array.from(operation.matchAll(/`([^`]+)`/g), ([, name = '']) => name),
    conversationTypes: CONVERSATION_TYPES.filter((type) => conversation.includes(type)),
    isOwn: conversation.startsWith('own'),
    answers: Object.fromEntries(ROLES.map((role, index) => [role, answers[index]])) as Record<Role, string>,
  };
}
