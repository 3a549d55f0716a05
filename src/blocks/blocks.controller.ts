import { Controller, Delete, Get, HttpCode, Put, Query } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { PageQuery } from '../common/pagination.dto.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { PathId } from '../delivery/http/path-id.decorator.js';
import { Api } from '../delivery/http/route.decorators.js';
import { UserPageView } from '../users/users.dto.js';
import { BlocksService } from './blocks.service.js';

@Controller('users/me/blocks')
export class BlocksController {
  constructor(private readonly blocks: BlocksService) {}

  @Get()
  @Api({
    summary: 'List the users whom you have blocked',
    query: PageQuery,
    answers: { 200: UserPageView },
    errors: ['validation_failed'],
  })
  list(@CurrentActor() actor: Actor, @Query() query: PageQuery): Promise<UserPageView> {
    return this.blocks.list(actor, query);
  }

  @Put(':userId')
  @HttpCode(204)
  @Api({
    summary: 'Block a user',
    description:
      'A block works in both directions. Neither user can start a direct conversation with the other, send, edit or ' +
      'react in an existing one, or add the other to a group or room. Each appears offline to the other. Existing ' +
      'messages stay readable, and shared groups and rooms work as before.',
    answers: { 204: null },
    errors: ['validation_failed', 'not_found'],
  })
  block(@CurrentActor() actor: Actor, @PathId('userId') userId: string): Promise<void> {
    return this.blocks.block(actor, userId);
  }

  @Delete(':userId')
  @HttpCode(204)
  @Api({ summary: 'Unblock a user', answers: { 204: null }, errors: ['validation_failed'] })
  unblock(@CurrentActor() actor: Actor, @PathId('userId') userId: string): Promise<void> {
    return this.blocks.unblock(actor, userId);
  }
}
