import { readFileSync } from 'node:fs';

import { OpenApiDocument } from './openapi-document.js';
import { AsyncApiDocument } from './asyncapi-document.js';
import type { Answer } from '../clients/rest.js';

/*
 * Whatever a server tells the tests' clients is checked against the committed documents, which are proved to be those of
 * the code. What is wrong is kept until `fail-on-faults.ts` fails the test.
 */

/** A fault is shown with this much of what was told. */
const SHOWN = 500;

const faults: string[] = [];
let api: OpenApiDocument | undefined;
let live: AsyncApiDocument | undefined;

/** Checks what a request was answered. */
export function checkAnswer(method: string, target: string, answer: Answer): void {
  api ??= new OpenApiDocument(committed('docs/openapi.json'));
  note(`${method} ${target} ${answer.status}`, api.faultsOfRequest(method, target, answer), answer.body);
}

/** Checks an event that a socket got. */
export function checkEvent(name: string, payloads: readonly unknown[]): void {
  note(name, liveDocument().faultsOfEvent(name, payloads), payloads);
}

/** Checks what a command was answered. */
export function checkAcknowledgement(command: string, answer: unknown): void {
  note(`acknowledgement of ${command}`, liveDocument().faultsOfAcknowledgement(command, answer), answer);
}

/** Checks why a connection was refused, where the server says so. */
export function checkRefusal(problem: unknown): void {
  note('connect_error', liveDocument().faultsOfProblem(problem), problem);
}

/** What was wrong since the last call. */
export function takeViolations(): string[] {
  return faults.splice(0);
}

const liveDocument = (): AsyncApiDocument => (live ??= new AsyncApiDocument(committed('docs/asyncapi.json')));

function note(what: string, found: readonly unknown[], told: unknown): void {
  if (found.length === 0) return;
  faults.push(`${what}: ${JSON.stringify(found)} in ${JSON.stringify(told ?? null).slice(0, SHOWN)}`);
}

const committed = (path: string): any => JSON.parse(readFileSync(path, 'utf8'));
