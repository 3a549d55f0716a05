import { Id, NestedList, OneOf, Text, Whole } from '../../common/field.decorators.js';
import { PROBLEMS } from './problem.js';

export class FieldErrorView {
  @Text({ description: 'Path of the field, such as `memberIds.3`.' })
  field!: string;

  @Text({ description: '`required`, `unknownField`, or the JSON Schema keyword that was broken.' })
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

  @Whole()
  status!: number;

  @OneOf(Object.keys(PROBLEMS))
  code!: string;

  @Text()
  detail!: string;

  @Id({ description: 'Names this request in the server’s log.' })
  requestId!: string;

  @NestedList(() => FieldErrorView, { optional: true, description: 'With `validation_failed` only.' })
  errors?: FieldErrorView[];

  @Whole({ optional: true, description: 'With `rate_limited` and `unavailable` only.' })
  retryAfterMs?: number;
}
