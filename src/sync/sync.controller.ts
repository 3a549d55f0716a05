import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { Api } from '../delivery/http/route.decorators.js';
import { PeekView, Sync, SyncResultView } from './sync.dto.js';
import { SyncService } from './sync.service.js';

@Controller('sync')
export class SyncController {
  constructor(private readonly service: SyncService) {}

  @Post()
  @HttpCode(200)
  @Api({
    summary: 'Get the changes since your last sync',
    rate: null,
    description:
      'Send the `rev` that you know of each conversation, and your `stateRev`. The answer has the changes of the named ' +
      'conversations, and your other conversations in full. On `reset`, replace your cache of the conversation. On ' +
      '`more`, or without `complete`, apply the answer and call again.',
    answers: { 200: SyncResultView },
    errors: ['validation_failed'],
  })
  sync(@CurrentActor() actor: Actor, @Body() body: Sync): Promise<SyncResultView> {
    return this.service.sync(actor, body);
  }

  @Get('peek')
  @Api({ summary: 'Get unread messages, for a notification extension', answers: { 200: PeekView } })
  peek(@CurrentActor() actor: Actor): Promise<PeekView> {
    return this.service.peek(actor);
  }
}
