import { Readable } from 'node:stream';

import { Body, Controller, Delete, Get, HttpCode, StreamableFile } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Audited } from '../delivery/audit/audited.decorator.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { Api } from '../delivery/http/route.decorators.js';
import { DeleteAccount, ExportView } from './account.dto.js';
import { AccountService } from './account.service.js';

@Controller('users/me')
export class AccountController {
  constructor(private readonly account: AccountService) {}

  @Delete()
  @HttpCode(204)
  @Audited('account.delete')
  @Api({
    summary: 'Delete your account',
    description:
      'Erases your personal data, ends your sessions, and removes you from every conversation. Your messages stay; ' +
      'their sender is a deleted user without names.',
    answers: { 204: null },
    errors: ['validation_failed', 'invalid_credentials'],
  })
  delete(@CurrentActor() actor: Actor, @Body() body: DeleteAccount): Promise<void> {
    return this.account.delete(actor, body);
  }

  @Get('export')
  @Audited('account.export')
  @Api({ summary: 'Download all data stored about you', rate: 'export', answers: { 200: ExportView } })
  async export(@CurrentActor() actor: Actor): Promise<StreamableFile> {
    return new StreamableFile(Readable.from(await this.account.export(actor)), {
      type: 'application/json; charset=utf-8',
      disposition: 'attachment; filename="gochat-export.json"',
    });
  }
}
