import { Param, type PipeTransform } from '@nestjs/common';

import { invalidField } from '../../common/domain-error.js';
import { isUuid } from '../validation/schemas.js';

class PathIdPipe implements PipeTransform<string, string> {
  constructor(private readonly name: string) {}

  transform(value: string): string {
    if (!isUuid(value)) throw invalidField(this.name, 'format', 'must match format "uuid"');
    return value.toLowerCase();
  }
}

/** Injects a UUID from the path, folded to lower case. @throws DomainError `validation_failed` for any other value */
export const PathId = (name = 'id'): ParameterDecorator => Param(name, new PathIdPipe(name));
