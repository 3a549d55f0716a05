import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Audited } from '../delivery/audit/audited.decorator.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { PathId } from '../delivery/http/path-id.decorator.js';
import { Api } from '../delivery/http/route.decorators.js';
import { MessageView } from '../read-models/message.view.dto.js';
import { EditMessageBody, ListMessages, MessagePageView, SendMessage } from './messages.dto.js';
import { MessagesService } from './messages.service.js';

const CHANGE_ERRORS = ['validation_failed', 'not_found', 'not_a_member'] as const;

@Controller('messages')
export class MessagesController {
  constructor(private readonly messages: MessagesService) {}

  @Post()
  @Api({
    summary: 'Send a message',
    // The service charges a send: a repeated send is free.
    rate: null,
    description:
      'Choose the `id` on the client to make retries safe: a send with the id, sender, conversation and text of a ' +
      'stored message returns that message with 200, and has no other effect.',
    answers: { 201: MessageView, 200: MessageView },
    errors: ['validation_failed', 'not_found', 'not_a_member', 'blocked', 'id_conflict'],
  })
  async send(
    @CurrentActor() actor: Actor,
    @Body() body: SendMessage,
    @Res({ passthrough: true }) reply: { status(code: number): unknown },
  ): Promise<MessageView> {
    const { created, message } = await this.messages.send(actor, body);
    reply.status(created ? 201 : 200);
    return message;
  }

  @Get()
  @Api({
    summary: 'List messages of a conversation',
    description: 'Set one of `before`, `after` and `around`, or none for the newest messages.',
    query: ListMessages,
    answers: { 200: MessagePageView },
    errors: ['validation_failed', 'not_found', 'not_a_member'],
  })
  list(@CurrentActor() actor: Actor, @Query() query: ListMessages): Promise<MessagePageView> {
    return this.messages.list(actor, query);
  }

  @Get(':id')
  @Api({
    summary: 'Get a message',
    answers: { 200: MessageView },
    errors: ['validation_failed', 'not_found', 'not_a_member'],
  })
  get(@CurrentActor() actor: Actor, @PathId() id: string): Promise<MessageView> {
    return this.messages.get(actor, id);
  }

  @Patch(':id')
  @Api({
    summary: 'Edit a message (sender)',
    answers: { 200: MessageView },
    errors: [...CHANGE_ERRORS, 'forbidden', 'blocked'],
  })
  edit(@CurrentActor() actor: Actor, @PathId() id: string, @Body() body: EditMessageBody): Promise<MessageView> {
    return this.messages.edit(actor, { id, ...body });
  }

  @Delete(':id')
  @Audited('message.delete')
  @Api({
    summary: 'Delete a message (sender, owner, admin); returns its tombstone',
    answers: { 200: MessageView },
    errors: [...CHANGE_ERRORS, 'forbidden'],
  })
  delete(@CurrentActor() actor: Actor, @PathId() id: string): Promise<MessageView> {
    return this.messages.delete(actor, { id });
  }

  @Put(':id/reactions/:emoji')
  @Api({ summary: 'Add a reaction', answers: { 200: MessageView }, errors: [...CHANGE_ERRORS, 'blocked', 'conflict'] })
  react(@CurrentActor() actor: Actor, @PathId() id: string, @Param('emoji') emoji: string): Promise<MessageView> {
    return this.messages.react(actor, { id, emoji });
  }

  @Delete(':id/reactions/:emoji')
  @Api({ summary: 'Remove a reaction', answers: { 200: MessageView }, errors: CHANGE_ERRORS })
  unreact(@CurrentActor() actor: Actor, @PathId() id: string, @Param('emoji') emoji: string): Promise<MessageView> {
    return this.messages.unreact(actor, { id, emoji });
  }
}
