import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';

import { bodyValidator, isDescribed, queryValidator } from './schemas.js';

/** Validates bodies and query strings by the schema of the handler's parameter type. */
@Injectable()
export class SchemaPipe implements PipeTransform<unknown, unknown> {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (!isDescribed(metatype)) return value;
    if (type === 'body') return bodyValidator(metatype)(value === undefined ? {} : value);
    // Copied: the parsed query string is not a plain object.
    return type === 'query' ? queryValidator(metatype)({ ...(value as object) }) : value;
  }
}
