import { Controller, Get, Query } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Api } from '../delivery/http/route.decorators.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { FoundMessagesView, SearchMessages } from './search.dto.js';
import { SearchService } from './search.service.js';

@Controller('messages/search')
export class SearchController {
  constructor(private readonly search: SearchService) {}

  @Get()
  @Api({
    summary: 'Find messages by their words, in the conversations that you are in',
    rate: 'search',
    description:
      'A message matches when, for every word of `q`, it has a word that begins with it; case and accents do not ' +
      'matter. In scripts without spaces, as Chinese, Japanese and Thai, any part of the text matches. Everything that ' +
      'is neither letter, digit, underscore nor emoji separates words: there are no operators. Newest first; what was ' +
      'edited is found by its present words, what was deleted is not found.',
    query: SearchMessages,
    answers: { 200: FoundMessagesView },
    errors: ['validation_failed', 'not_found', 'not_a_member'],
  })
  find(@CurrentActor() actor: Actor, @Query() query: SearchMessages): Promise<FoundMessagesView> {
    return this.search.search(actor, query);
  }
}
