import { Body, Controller, Patch, Put } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { PathId } from '../delivery/http/path-id.decorator.js';
import { Api } from '../delivery/http/route.decorators.js';
import { MarkersView, OwnMembershipView } from '../read-models/conversation.view.dto.js';
import { MarkerBody, UpdateOwnState } from './member-state.dto.js';
import { MemberStateService } from './member-state.service.js';

const ERRORS = ['validation_failed', 'not_found', 'not_a_member'] as const;

@Controller('conversations/:id')
export class MemberStateController {
  constructor(private readonly states: MemberStateService) {}

  @Patch('me')
  @Api({
    summary: 'Mute, pin or archive a conversation for yourself',
    answers: { 200: OwnMembershipView },
    errors: ERRORS,
  })
  update(@CurrentActor() actor: Actor, @PathId() id: string, @Body() body: UpdateOwnState): Promise<OwnMembershipView> {
    return this.states.update(actor, id, body);
  }

  @Put('read')
  @Api({ summary: 'Mark messages as read, up to a `seq`', rate: 'mark', answers: { 200: MarkersView }, errors: ERRORS })
  read(@CurrentActor() actor: Actor, @PathId() id: string, @Body() body: MarkerBody): Promise<MarkersView> {
    return this.states.read(actor, { conversationId: id, ...body });
  }

  @Put('delivered')
  @Api({
    summary: 'Mark messages as delivered to a device of yours, up to a `seq`',
    rate: 'mark',
    answers: { 200: MarkersView },
    errors: ERRORS,
  })
  delivered(@CurrentActor() actor: Actor, @PathId() id: string, @Body() body: MarkerBody): Promise<MarkersView> {
    return this.states.delivered(actor, { conversationId: id, ...body });
  }
}
