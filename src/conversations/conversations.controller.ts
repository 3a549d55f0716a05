import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { SearchQuery } from '../common/pagination.dto.js';
import { Audited } from '../delivery/audit/audited.decorator.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { PathId } from '../delivery/http/path-id.decorator.js';
import { Api } from '../delivery/http/route.decorators.js';
import { ConversationView } from '../read-models/conversation.view.dto.js';
import { ConversationPageView, CreateConversation, InboxQuery, UpdateConversation } from './conversations.dto.js';
import { ConversationsService } from './conversations.service.js';

@Controller('conversations')
export class ConversationsController {
  constructor(private readonly conversations: ConversationsService) {}

  @Get()
  @Api({
    summary: 'List your conversations, latest activity first',
    query: InboxQuery,
    answers: { 200: ConversationPageView },
    errors: ['validation_failed'],
  })
  inbox(@CurrentActor() actor: Actor, @Query() query: InboxQuery): Promise<ConversationPageView> {
    return this.conversations.inbox(actor, query);
  }

  @Post()
  @Api({
    summary: 'Create a conversation',
    rate: 'create',
    description:
      'Returns an existing conversation with 200 if you created one with the same `id`, or if the pair has one.',
    answers: { 201: ConversationView, 200: ConversationView },
    errors: ['validation_failed', 'not_found', 'blocked', 'id_conflict'],
  })
  async create(
    @CurrentActor() actor: Actor,
    @Body() body: CreateConversation,
    @Res({ passthrough: true }) reply: { status(code: number): unknown },
  ): Promise<ConversationView> {
    const { created, conversation } = await this.conversations.create(actor, body);
    reply.status(created ? 201 : 200);
    return conversation;
  }

  @Get('discover')
  @Api({
    summary: 'Find public rooms by the beginning of their title, joined or not',
    rate: 'search',
    query: SearchQuery,
    answers: { 200: ConversationPageView },
    errors: ['validation_failed'],
  })
  discover(@CurrentActor() actor: Actor, @Query() query: SearchQuery): Promise<ConversationPageView> {
    return this.conversations.discover(actor, query);
  }

  @Get(':id')
  @Api({
    summary: 'Get a conversation of yours, or a public room',
    answers: { 200: ConversationView },
    errors: ['validation_failed', 'not_found'],
  })
  get(@CurrentActor() actor: Actor, @PathId() id: string): Promise<ConversationView> {
    return this.conversations.get(actor, id);
  }

  @Patch(':id')
  @Api({
    summary: 'Change title or topic (owner, admin)',
    answers: { 200: ConversationView },
    errors: ['validation_failed', 'not_found', 'not_a_member', 'forbidden'],
  })
  rename(
    @CurrentActor() actor: Actor,
    @PathId() id: string,
    @Body() body: UpdateConversation,
  ): Promise<ConversationView> {
    return this.conversations.rename(actor, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Audited('conversation.delete')
  @Api({
    summary: 'Delete a conversation for all members (owner)',
    answers: { 204: null },
    errors: ['validation_failed', 'not_found', 'not_a_member', 'forbidden'],
  })
  delete(@CurrentActor() actor: Actor, @PathId() id: string): Promise<void> {
    return this.conversations.delete(actor, id);
  }
}
