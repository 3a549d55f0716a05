import { Body, Controller, Get, Patch, Query } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { SearchQuery } from '../common/pagination.dto.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { PathId } from '../delivery/http/path-id.decorator.js';
import { Api } from '../delivery/http/route.decorators.js';
import { OwnUserView, UpdateProfile, UserPageView, UserView } from './users.dto.js';
import { UsersService } from './users.service.js';

@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  @Api({ summary: 'Get your own profile', answers: { 200: OwnUserView } })
  me(@CurrentActor() actor: Actor): Promise<OwnUserView> {
    return this.users.me(actor);
  }

  @Patch('me')
  @Api({ summary: 'Change your own profile', answers: { 200: OwnUserView }, errors: ['validation_failed'] })
  updateMe(@CurrentActor() actor: Actor, @Body() body: UpdateProfile): Promise<OwnUserView> {
    return this.users.updateMe(actor, body);
  }

  @Get()
  @Api({
    summary: 'Search users by the start of their username or display name',
    rate: 'search',
    query: SearchQuery,
    answers: { 200: UserPageView },
    errors: ['validation_failed'],
  })
  search(@Query() query: SearchQuery): Promise<UserPageView> {
    return this.users.search(query);
  }

  @Get(':id')
  @Api({ summary: 'Get the profile of a user', answers: { 200: UserView }, errors: ['validation_failed', 'not_found'] })
  get(@PathId() id: string): Promise<UserView> {
    return this.users.get(id);
  }
}
