import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { PageQuery } from '../common/pagination.dto.js';
import { Audited } from '../delivery/audit/audited.decorator.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { PathId } from '../delivery/http/path-id.decorator.js';
import { Api } from '../delivery/http/route.decorators.js';
import { ConversationView } from '../read-models/conversation.view.dto.js';
import { MemberView } from '../read-models/member.view.dto.js';
import { AddMembers, ChangeRole, MemberListView, MemberPageView } from './members.dto.js';
import { MembersService } from './members.service.js';

@Controller('conversations/:id')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get('members')
  @Api({
    summary: 'List members, longest standing first',
    query: PageQuery,
    answers: { 200: MemberPageView },
    errors: ['validation_failed', 'not_found', 'not_a_member'],
  })
  list(@CurrentActor() actor: Actor, @PathId() id: string, @Query() query: PageQuery): Promise<MemberPageView> {
    return this.members.list(actor, id, query);
  }

  @Post('members')
  @HttpCode(200)
  @Api({
    summary: 'Add members (group: any member; room: owner, admin)',
    rate: 'create',
    answers: { 200: MemberListView },
    errors: ['validation_failed', 'not_found', 'not_a_member', 'forbidden', 'blocked', 'conflict'],
  })
  add(@CurrentActor() actor: Actor, @PathId() id: string, @Body() body: AddMembers): Promise<MemberListView> {
    return this.members.add(actor, id, body);
  }

  @Patch('members/:userId')
  @Audited('member.role')
  @Api({
    summary: 'Change a role (owner); giving `owner` away makes the giver an admin',
    answers: { 200: MemberView },
    errors: ['validation_failed', 'not_found', 'not_a_member', 'forbidden', 'conflict'],
  })
  changeRole(
    @CurrentActor() actor: Actor,
    @PathId() id: string,
    @PathId('userId') userId: string,
    @Body() body: ChangeRole,
  ): Promise<MemberView> {
    return this.members.changeRole(actor, id, userId, body);
  }

  @Delete('members/:userId')
  @HttpCode(204)
  @Audited('member.remove')
  @Api({
    summary: 'Remove a member (owner: any; admin: members), or leave',
    answers: { 204: null },
    errors: ['validation_failed', 'not_found', 'not_a_member', 'forbidden'],
  })
  remove(@CurrentActor() actor: Actor, @PathId() id: string, @PathId('userId') userId: string): Promise<void> {
    return this.members.remove(actor, id, userId);
  }

  @Post('join')
  @HttpCode(200)
  @Api({
    summary: 'Join a public room',
    rate: 'create',
    answers: { 200: ConversationView },
    errors: ['validation_failed', 'not_found'],
  })
  join(@CurrentActor() actor: Actor, @PathId() id: string): Promise<ConversationView> {
    return this.members.join(actor, id);
  }

  @Post('leave')
  @HttpCode(204)
  @Api({
    summary: 'Leave; an owner hands over, and a group is deleted with its last member',
    answers: { 204: null },
    errors: ['validation_failed', 'not_found', 'not_a_member', 'forbidden'],
  })
  leave(@CurrentActor() actor: Actor, @PathId() id: string): Promise<void> {
    return this.members.leave(actor, id);
  }
}
