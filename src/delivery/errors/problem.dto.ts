import { UuidField, NestedList, Enum, Text, Int } from '../../common/field.decorators.js';
import { PROBLEMS } from './problem.js';

export class FieldErrorView {
  @Text({ description: 'Path of the field, such as `memberIds.3`.' })
  field!: string;

  @Text({ description: '`required`, `unknownField`, or the JSON Schema keyword that was violated.' })
  code!: string;

  @Text()
  message!: string;
}

/** RFC 9457 problem details. */
export class ProblemView {
  @Text()
  type!: string;

  @Text()
  title!: string;

  @Int()
  status!: number;

  @Enum(Object.keys(PROBLEMS))
  code!: string;

  @Text()
  detail!: string;

  @UuidField({ description: 'Identifies this request in the server’s log.' })
  requestId!: string;

  @NestedList(() => FieldErrorView, { optional: true, description: 'With `validation_failed` only.' })
  errors?: FieldErrorView[];

  @Int({ optional: true, description: 'With `rate_limited` and `unavailable` only.' })
  retryAfterMs?: number;
}
