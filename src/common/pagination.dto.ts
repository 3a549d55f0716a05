import { Text, Int } from './field.decorators.js';
import { PAGE } from './pagination.js';

/** The query parameters of every list. */
export class PageQuery {
  @Int({ min: 1, max: PAGE.max, optional: true, description: `Items per page; default ${PAGE.default}.` })
  limit?: number;

  @Text({ min: 1, max: 1_024, optional: true, description: '`nextCursor` of the previous page.' })
  cursor?: string;
}

/** The query parameters of every searchable list. */
export class SearchQuery extends PageQuery {
  @Text({ max: 100, optional: true, description: 'A prefix of the name; case-insensitive.' })
  q?: string;
}
