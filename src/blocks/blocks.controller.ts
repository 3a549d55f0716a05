import { Controller, Delete, Get, HttpCode, Put, Query } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { PageQuery } from '../common/pagination.dto.js';
import { Api } from '../delivery/http/route.decorators.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { PathId } from '../delivery/http/path-id.decorator.js';
import { BlocksService } from './blocks.service.js';
import { UserPageView } from '../users/users.dto.js';

@Controller('users/me/blocks')
export class BlocksController {
  constructor(private readonly blocks: BlocksService) {}

  @Get()
  @Api({
    summary: 'Whom you have blocked',
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
    summary: 'Block someone',
    description:
      'While one of two has blocked the other, neither starts a direct conversation with the other, writes, edits or ' +
      'reacts in the one they have, or adds the other to a group or room; to each other they are offline. What was ' +
      'said stays readable, and in groups and rooms that both are in they still meet.',
    answers: { 204: null },
    errors: ['validation_failed', 'not_found'],
  })
  block(@CurrentActor() actor: Actor, @PathId('userId') userId: string): Promise<void> {
    return this.blocks.block(actor, userId);
  }

  @Delete(':userId')
  @HttpCode(204)
  @Api({ summary: 'Unblock someone', answers: { 204: null }, errors: ['validation_failed'] })
  unblock(@CurrentActor() actor: Actor, @PathId('userId') userId: string): Promise<void> {
    return this.blocks.unblock(actor, userId);
  }
}
