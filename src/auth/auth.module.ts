import { Module } from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';

import { Clock } from '../common/clock.js';
import { ENV, type Env } from '../config/env.js';
import { Events } from '../events.js';
import { UsersModule } from '../users/users.module.js';
import { AccessStrategy } from './access.strategy.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { Guesses } from './guesses.service.js';
import { Passwords } from './passwords.adapter.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';
import { SessionStore } from './sessions.store.js';
import { Tokens } from './tokens.adapter.js';

@Module({
  imports: [JwtModule.register({}), UsersModule],
  controllers: [AuthController],
  providers: [
    AccessStrategy,
    AuthService,
    Guesses,
    Passwords,
    { provide: SessionStore, useClass: SessionsRepository },
    { provide: Tokens, inject: [JwtService, ENV], useFactory: (jwt: JwtService, env: Env) => new Tokens(jwt, env) },
    {
      provide: SessionsService,
      inject: [SessionStore, Tokens, Events, Clock, ENV],
      useFactory: (store: SessionStore, tokens: Tokens, events: Events, clock: Clock, env: Env) =>
        new SessionsService(store, tokens, events, clock, env.refreshTokenTtlMs),
    },
  ],
  exports: [AccessStrategy, AuthService, SessionsService],
})
export class AuthModule {}
