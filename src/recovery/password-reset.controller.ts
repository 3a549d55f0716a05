import { Body, Controller, HttpCode, Post } from '@nestjs/common';

import { Api, Public } from '../delivery/api.js';
import { PasswordResetService } from './password-reset.service.js';
import { ForgottenPassword, ResetPassword } from './recovery.dto.js';

@Controller('auth/password')
export class PasswordResetController {
  constructor(private readonly passwords: PasswordResetService) {}

  @Post('forgotten')
  @HttpCode(204)
  @Public()
  @Api({
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
  @Api({
    summary: 'Set a new password with the token of such a link; every session ends',
    description:
      'A token that is wrong, expired or used is `validation_failed` with the field `token` and the code ' +
      '`invalidToken`, one as the other.',
    answers: { 204: null },
    errors: ['validation_failed'],
  })
  reset(@Body() body: ResetPassword): Promise<void> {
    return this.passwords.reset(body);
  }
}
