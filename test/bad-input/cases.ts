import { randomUUID } from 'node:crypto';

import { type ExpectedProblem, invalid } from '../support/problem.js';
import type { Person, SeededConversations } from '../support/seeded-conversations.js';
import { type Values, type Input, UNKNOWN_FIELDS } from './input.js';

/** Operations that delete objects of the other cases, run last and in this order. */
const DESTRUCTIVE = [
  'message:delete',
  'conversation:leave',
  'DELETE /messages/{id}',
  'DELETE /conversations/{id}/members/{userId}',
  'DELETE /conversations/{id}',
  'DELETE /auth/sessions/{id}',
  'DELETE /users/me',
  'POST /auth/password/reset',
];
export const destructiveLast = (inputs: readonly Input[]): Input[] =>
  inputs.toSorted((a, b) => DESTRUCTIVE.indexOf(a.name) - DESTRUCTIVE.indexOf(b.name));

/** One request and its expected refusal. */
interface Case {
  readonly title: string;
  readonly who: Person | undefined;
  readonly values: (world: SeededConversations) => Values;
  readonly expected: ExpectedProblem;
}

/** All refusals that the table declares for a route or command. */
export function casesOf({ name, by, valid = () => ({}), required = [], bad = {}, denied: faults = [] }: Input): Case[] {
  const parameters = Array.from(name.matchAll(/\{(\w+)\}/g), ([, parameter = '']) => parameter);
  const takesBody = !/^(GET|DELETE) /.test(name) && !/(join|leave|\{emoji\}|blocks\/\{userId\})$/.test(name);
  const invalidCase = (
    title: string,
    change: (world: SeededConversations) => Values,
    expected: ExpectedProblem,
    who = by,
  ): Case => ({
    title,
    who,
    values: (world) => ({ ...valid(world), ...change(world) }),
    expected,
  });
  return [
    ...required.map((field) => invalidCase(`without ${field}`, () => ({ [field]: undefined }), invalid(field))),
    ...Object.entries(bad).flatMap(([field, values]) =>
      values.map((value) =>
        invalidCase(`${field} ${shown(value)}`, () => ({ [field.split('.')[0]!]: value }), invalid(field)),
      ),
    ),
    ...(takesBody || !name.includes(' ') ? UNKNOWN_FIELDS.filter((field) => !(field in bad)) : []).map((field) =>
      invalidCase(`an unknown field ${field}`, () => ({ [field]: 'x' }), invalid(field)),
    ),
    ...parameters.flatMap((parameter) =>
      ['x', '7', `${randomUUID()}0`, "' OR 1=1"].map((value) =>
        invalidCase(`${parameter} ${shown(value)} in its path`, () => ({ [parameter]: value }), invalid(parameter)),
      ),
    ),
    ...faults.map((each) => invalidCase(`${each.what}, by ${each.who}`, each.with, each.expected, each.who)),
  ];
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 30)}… of ${text.length}` : text;
}
