import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { Api, Public } from '../delivery/http/route.decorators.js';
import { Audited } from '../delivery/audit/audited.decorator.js';
import { PasswordResetService } from './password-reset.service.js';
import { ForgottenPassword, ResetPassword } from './account-recovery.dto.js';

@Controller('auth/password')
export class PasswordResetController {
  constructor(private readonly passwords: PasswordResetService) {}

  @Post('forgotten')
  @HttpCode(204)
  @Public()
  @Audited('account.password_forgotten')
  @Api({
    rate: 'mail',
    summary: 'Ask for a link to set a new password, by mail',
    description:
      'The answer is the same, and comes as soon, whether or not an account has that address. Of such links an account ' +
      'is sent at most three an hour. Each works once, for an hour, until the password or the address changes.',
    answers: { 204: null },
    errors: ['validation_failed'],
  })
  forgotten(@Body() body: ForgottenPassword): void {
    this.passwords.forgotten(body);
  }

  @Post('reset')
  @HttpCode(204)
  @Public()
  @Audited('account.password_reset')
  @Api({
    summary: 'Set a new password with the token of such a link; every session ends',
    description:
      'A token that is wrong, expired or used is `validation_failed` with the field `token` and the code ' +
      '`invalidToken`, one as the other.',
    answers: { 204: null },
    errors: ['validation_failed'],
  })
  async reset(@Body() body: ResetPassword, @Req() request: FastifyRequest): Promise<void> {
    request.provenUserId = await this.passwords.reset(body);
  }
}
