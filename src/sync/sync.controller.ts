import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Api } from '../delivery/http/route.decorators.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { PeekView, Sync, SyncResultView } from './sync.dto.js';
import { SyncService } from './sync.service.js';

@Controller('sync')
export class SyncController {
  constructor(private readonly service: SyncService) {}

  @Post()
  @HttpCode(200)
  @Api({
    summary: 'What changed since the numbers that you know',
    rate: null,
    description:
      'Name the `rev` that you know of each conversation, and your `stateRev`. Conversations that changed come back ' +
      'with what changed, and those that you did not name whole. `reset`: replace what you cached of it. `more` or ' +
      'not `complete`: apply, and call again.',
    answers: { 200: SyncResultView },
    errors: ['validation_failed'],
  })
  sync(@CurrentActor() actor: Actor, @Body() body: Sync): Promise<SyncResultView> {
    return this.service.sync(actor, body);
  }

  @Get('peek')
  @Api({ summary: 'What is unread, for a notification extension', answers: { 200: PeekView } })
  peek(@CurrentActor() actor: Actor): Promise<PeekView> {
    return this.service.peek(actor);
  }
}
