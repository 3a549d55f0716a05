import { Body, Controller, HttpCode, Post, Put } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Audited } from '../delivery/audit/audited.decorator.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { Api, Public } from '../delivery/http/route.decorators.js';
import { OwnUserView } from '../users/users.dto.js';
import { ChangeEmail, VerifyEmail } from './account-recovery.dto.js';
import { EmailService } from './email.service.js';

@Controller()
export class EmailController {
  constructor(private readonly emails: EmailService) {}

  @Put('users/me/email')
  @Audited('account.email')
  @Api({
    rate: 'mail',
    summary: 'Set your e-mail address',
    description:
      'The new address receives a verification link and is unverified until the link is opened. The old address ' +
      'receives a notice if it was verified, and links sent to it become invalid. Setting the current address again ' +
      'changes nothing.',
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
    summary: 'Request another verification link',
    description: 'Sends nothing if you have no address, if it is verified already, or after three links in an hour.',
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
    summary: 'Verify an e-mail address with the token of a verification link',
    description:
      'The token works for a day, more than once, and only for the address that it was sent to. If it is wrong or ' +
      'expired, or the account has another address now, the answer is `validation_failed` with the field `token` and ' +
      'the code `invalidToken`.',
    answers: { 204: null },
    errors: ['validation_failed'],
  })
  verify(@Body() body: VerifyEmail): Promise<void> {
    return this.emails.verify(body);
  }
}
