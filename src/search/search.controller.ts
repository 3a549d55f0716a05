import { Controller, Get, Query } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { Api } from '../delivery/http/route.decorators.js';
import { FoundMessagesView, SearchMessages } from './search.dto.js';
import { SearchService } from './search.service.js';

@Controller('messages/search')
export class SearchController {
  constructor(private readonly search: SearchService) {}

  @Get()
  @Api({
    summary: 'Search messages of your conversations',
    rate: 'search',
    description:
      'A message matches if each word of `q` begins one of its words. Case and accents are ignored. In scripts without ' +
      'spaces, such as Chinese, Japanese and Thai, any part of the text matches. Characters other than letters, digits, ' +
      'underscores and emoji separate words; there are no operators. Results are newest first. Edited messages match ' +
      'by their current text, deleted messages never match.',
    query: SearchMessages,
    answers: { 200: FoundMessagesView },
    errors: ['validation_failed', 'not_found', 'not_a_member'],
  })
  find(@CurrentActor() actor: Actor, @Query() query: SearchMessages): Promise<FoundMessagesView> {
    return this.search.search(actor, query);
  }
}
