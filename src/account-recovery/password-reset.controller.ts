import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { Audited } from '../delivery/audit/audited.decorator.js';
import { Api, Public } from '../delivery/http/route.decorators.js';
import { ForgottenPassword, ResetPassword } from './account-recovery.dto.js';
import { PasswordResetService } from './password-reset.service.js';

@Controller('auth/password')
export class PasswordResetController {
  constructor(private readonly passwords: PasswordResetService) {}

  @Post('forgotten')
  @HttpCode(204)
  @Public()
  @Audited('account.password_forgotten')
  @Api({
    rate: 'mail',
    summary: 'Request an e-mail with a link to set a new password',
    description:
      'The answer and its timing are the same whether or not an account has this address. An account receives at most ' +
      'three links an hour. A link works once, for one hour, and becomes invalid when the password or the address changes.',
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
    summary: 'Set a new password with the token of a reset link, and end all sessions',
    description:
      'If the token is wrong, expired or used, the answer is `validation_failed` with the field `token` and the code ' +
      '`invalidToken`; it does not reveal which.',
    answers: { 204: null },
    errors: ['validation_failed'],
  })
  async reset(@Body() body: ResetPassword, @Req() request: FastifyRequest): Promise<void> {
    request.provenUserId = await this.passwords.reset(body);
  }
}
