import { Body, Controller, HttpCode, Post, Put } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Api, Public } from '../delivery/http/route.decorators.js';
import { Audited } from '../delivery/audit/audited.decorator.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { OwnUserView } from '../users/users.dto.js';
import { EmailService } from './email.service.js';
import { ChangeEmail, VerifyEmail } from './account-recovery.dto.js';

@Controller()
export class EmailController {
  constructor(private readonly emails: EmailService) {}

  @Put('users/me/email')
  @Audited('account.email')
  @Api({
    rate: 'mail',
    summary: 'Set your e-mail address',
    description:
      'It is not verified until its owner opens the link that is sent there. The address before it is told, if that one ' +
      'was verified, and links that were sent to it work no more. The address that you have already changes nothing.',
    answers: { 200: OwnUserView },
    errors: ['validation_failed', 'invalid_credentials', 'email_taken'],
  })
  change(@CurrentActor() actor: Actor, @Body() body: ChangeEmail): Promise<OwnUserView> {
    return this.emails.change(actor, body);
  }

  @Post('auth/email/verification')
  @HttpCode(204)
  @Api({
    rate: 'mail',
    summary: 'Ask for the link once more that verifies your e-mail address',
    description: 'Nothing is sent when it is verified already, when you have none, or beyond three an hour.',
    answers: { 204: null },
  })
  requestVerification(@CurrentActor() actor: Actor): void {
    this.emails.requestVerification(actor);
  }

  @Post('auth/email/verify')
  @HttpCode(204)
  @Public()
  @Audited('account.email_verify')
  @Api({
    summary: 'Verify an e-mail address with the token of such a link',
    description:
      'It works for a day, for the address that it was sent to, and does no harm twice. A token that is wrong or expired, ' +
      'or whose account has another address by now, is `validation_failed` with the field `token` and the code ' +
      '`invalidToken`.',
    answers: { 204: null },
    errors: ['validation_failed'],
  })
  verify(@Body() body: VerifyEmail): Promise<void> {
    return this.emails.verify(body);
  }
}
