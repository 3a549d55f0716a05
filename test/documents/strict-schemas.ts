import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';

import { STATUS_OF_CODE } from '../support/status-of-code.js';

const ROOT = 'document';

/** The schemas of a document, in which every object is closed: an undocumented field is a violation. */
export class StrictSchemas {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(document: object) {
    addFormatsModule.default(this.ajv);
    this.ajv.addSchema({ $id: ROOT, ...(closed(document) as object) });
  }

  /** Violations of the schema at that path. Schemas are compiled on first use. */
  violations(place: readonly string[], value: unknown): unknown[] {
    const pointer = place.map(escaped).join('/');
    const validate = this.validators.get(pointer) ?? this.ajv.compile({ $ref: `${ROOT}#/${pointer}` });
    this.validators.set(pointer, validate);
    return validate(value) ? [] : (validate.errors ?? []);
  }

  /** Violations of an error object. Its code determines its status and its further fields. */
  problemViolations(problem: any): unknown[] {
    const violations = this.violations(['components', 'schemas', 'Problem'], problem);
    if (violations.length > 0) return violations;
    const { code, status, errors, retryAfterMs } = problem;
    return [
      ...(STATUS_OF_CODE[code] === status ? [] : [`${code} must not have status ${status}`]),
      ...((errors !== undefined) === (code === 'validation_failed') ? [] : ['errors is for validation_failed only']),
      ...((retryAfterMs !== undefined) === (status === 503 || status === 429)
        ? []
        : ['retryAfterMs is for 429 and 503 only']),
    ];
  }
}

const escaped = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Sets `additionalProperties: false` on every object. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  return 'properties' in copy && copy['type'] === 'object' ? { ...copy, additionalProperties: false } : copy;
}
