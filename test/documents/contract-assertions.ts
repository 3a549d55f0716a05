import { readFileSync } from 'node:fs';

import type { Answer } from '../clients/rest.js';
import { AsyncApiDocument } from './asyncapi-document.js';
import { OpenApiDocument } from './openapi-document.js';

/*
 * Checks each answer and event that the test clients receive against the committed documents. Violations are collected
 * until `fail-on-contract-violation.ts` fails the test. e2e specs check that the committed documents equal the
 * generated ones.
 */

/** Length to which a value is cut in the message. */
const SHOWN_CHARACTERS = 500;

const violations: string[] = [];
let openApi: OpenApiDocument | undefined;
let asyncApi: AsyncApiDocument | undefined;

/** Checks the answer to a request. */
export function checkAnswer(method: string, target: string, answer: Answer): void {
  openApi ??= new OpenApiDocument(committed('docs/openapi.json'));
  note(`${method} ${target} ${answer.status}`, openApi.requestViolations(method, target, answer), answer.body);
}

/** Checks an event. */
export function checkEvent(name: string, payloads: readonly unknown[]): void {
  note(name, asyncApiDocument().eventViolations(name, payloads), payloads);
}

/** Checks the acknowledgement of a command. */
export function checkAcknowledgement(command: string, answer: unknown): void {
  note(`acknowledgement of ${command}`, asyncApiDocument().acknowledgementViolations(command, answer), answer);
}

/** Checks the error of a refused connection. */
export function checkRefusal(problem: unknown): void {
  note('connect_error', asyncApiDocument().problemViolations(problem), problem);
}

/** Violations since the last call. */
export function takeViolations(): string[] {
  return violations.splice(0);
}

const asyncApiDocument = (): AsyncApiDocument => (asyncApi ??= new AsyncApiDocument(committed('docs/asyncapi.json')));

function note(what: string, found: readonly unknown[], value: unknown): void {
  if (found.length === 0) return;
  violations.push(`${what}: ${JSON.stringify(found)} in ${JSON.stringify(value ?? null).slice(0, SHOWN_CHARACTERS)}`);
}

const committed = (path: string): any => JSON.parse(readFileSync(path, 'utf8'));
