import { Text, Int } from './field.decorators.js';
import { PAGE } from './pagination.js';

/** What every list takes: how many, and from where. */
export class PageQuery {
  @Int({ min: 1, max: PAGE.max, optional: true, description: `Items in a page; ${PAGE.default} unless asked.` })
  limit?: number;

  @Text({ min: 1, max: 1_024, optional: true, description: '`nextCursor` of the page before.' })
  cursor?: string;
}

/** What every searchable list takes. */
export class SearchQuery extends PageQuery {
  @Text({ max: 100, optional: true, description: 'The beginning of a name; case does not matter.' })
  q?: string;
}
