import { Body, Controller, Delete, Get, HttpCode, Post, Query } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { PageQuery } from '../common/pagination.dto.js';
import { Audited } from '../delivery/audit/audited.decorator.js';
import { CurrentActor } from '../delivery/http/current-actor.decorator.js';
import { PathId } from '../delivery/http/path-id.decorator.js';
import { Api, ClientAddress, Public } from '../delivery/http/route.decorators.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { claimOf } from '../sessions/tokens.adapter.js';
import { AuthResultView, ChangePassword, Login, Refresh, Register, SessionPageView, sessionView } from './auth.dto.js';
import { AuthService } from './auth.service.js';

@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
  ) {}

  @Post('register')
  @Public()
  @Audited('account.register')
  @Api({
    summary: 'Create an account and sign in',
    rate: 'register',
    answers: { 201: AuthResultView },
    errors: ['validation_failed', 'username_taken', 'email_taken'],
  })
  register(@Body() body: Register): Promise<AuthResultView> {
    return this.auth.register(body);
  }

  @Post('login')
  @HttpCode(200)
  @Public()
  @Audited('session.login')
  @Api({
    summary: 'Sign in',
    rate: 'login',
    answers: { 200: AuthResultView },
    errors: ['validation_failed', 'invalid_credentials'],
  })
  login(@Body() body: Login, @ClientAddress() address: string): Promise<AuthResultView> {
    return this.auth.login(body, address);
  }

  @Post('refresh')
  @HttpCode(200)
  @Public()
  @Audited('session.reuse', { only: 'token_reused', sessionOf: sessionOfRefresh })
  @Api({
    summary: 'Exchange a refresh token for the next pair of tokens',
    rate: 'refresh',
    description:
      'Each refresh replaces the refresh token. You may present a replaced token again within 30 seconds, or later as ' +
      'long as neither token of the new pair was used: the answer then has the same new refresh token. Any other use ' +
      'of a replaced token ends its session with `token_reused`.',
    answers: { 200: AuthResultView },
    errors: ['validation_failed', 'unauthenticated', 'session_revoked', 'token_reused'],
  })
  refresh(@Body() body: Refresh): Promise<AuthResultView> {
    return this.auth.refresh(body);
  }

  @Post('logout')
  @HttpCode(204)
  @Audited('session.logout')
  @Api({ summary: 'End this session', answers: { 204: null } })
  logout(@CurrentActor() actor: Actor): Promise<void> {
    return this.sessions.logout(actor);
  }

  @Post('logout-all')
  @HttpCode(204)
  @Audited('session.logout_all')
  @Api({ summary: 'End all your sessions, including this one', answers: { 204: null } })
  logoutAll(@CurrentActor() actor: Actor): Promise<void> {
    return this.sessions.logoutAll(actor);
  }

  @Get('sessions')
  @Api({
    summary: 'List your sessions, one per device',
    query: PageQuery,
    answers: { 200: SessionPageView },
    errors: ['validation_failed'],
  })
  async list(@CurrentActor() actor: Actor, @Query() { limit, cursor }: PageQuery): Promise<SessionPageView> {
    const { items, nextCursor } = await this.sessions.list(actor, limit, cursor);
    return { items: items.map(sessionView), nextCursor };
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @Audited('session.revoke')
  @Api({ summary: 'End another session of yours', answers: { 204: null }, errors: ['validation_failed', 'not_found'] })
  revoke(@CurrentActor() actor: Actor, @PathId() id: string): Promise<void> {
    return this.sessions.revoke(actor, id);
  }

  @Post('password')
  @HttpCode(204)
  @Audited('account.password')
  @Api({
    summary: 'Change your password and end your other sessions',
    answers: { 204: null },
    errors: ['validation_failed', 'invalid_credentials'],
  })
  changePassword(@CurrentActor() actor: Actor, @Body() body: ChangePassword): Promise<void> {
    return this.auth.changePassword(actor, body);
  }
}

/** The id of the session that a refresh token names, before the token is verified. */
function sessionOfRefresh(body: unknown): string | undefined {
  const token = typeof body === 'object' && body !== null && 'refreshToken' in body ? body.refreshToken : undefined;
  return typeof token === 'string' ? claimOf(token)?.sessionId : undefined;
}
