import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';

import { STATUS_OF_CODE } from '../support/status-of-code.js';

const ROOT = 'document';

/** The schemas of a document at their strictest: an object with a field more than is described is wrong. */
export class StrictSchemas {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(document: object) {
    addFormatsModule.default(this.ajv);
    this.ajv.addSchema({ $id: ROOT, ...(closed(document) as object) });
  }

  /** What is wrong with a value by the schema at that place, which is compiled when it is first asked for. */
  faults(place: readonly string[], value: unknown): unknown[] {
    const pointer = place.map(escaped).join('/');
    const validate = this.validators.get(pointer) ?? this.ajv.compile({ $ref: `${ROOT}#/${pointer}` });
    this.validators.set(pointer, validate);
    return validate(value) ? [] : (validate.errors ?? []);
  }

  /** What is wrong with an error object, whose code decides its status and what comes with it. */
  faultsOfProblem(problem: any): unknown[] {
    const faults = this.faults(['components', 'schemas', 'Problem'], problem);
    if (faults.length > 0) return faults;
    const { code, status, errors, retryAfterMs } = problem;
    return [
      ...(STATUS_OF_CODE[code] === status ? [] : [`${code} has not the status ${status}`]),
      ...((errors !== undefined) === (code === 'validation_failed') ? [] : ['errors belong to validation_failed']),
      ...((retryAfterMs !== undefined) === (status === 503 || status === 429) ? [] : ['retryAfterMs is for later']),
    ];
  }
}

const escaped = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** The same with every object closed. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return 'properties' in copy && copy['type'] === 'object' ? { ...copy, additionalProperties: false } : copy;
}
