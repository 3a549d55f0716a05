import { Module } from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';

import { Clock } from '../common/clock.js';
import { ENV, type Env } from '../infrastructure/config/env.js';
import { Events } from '../domain-events.js';
import { UsersModule } from '../users/users.module.js';
import { JwtStrategy } from './jwt.strategy.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { LoginThrottle } from './login-throttle.service.js';
import { PasswordHasher } from './password-hasher.adapter.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { SessionStore } from '../sessions/sessions.store.js';
import { Tokens } from './tokens.adapter.js';

@Module({
  imports: [JwtModule.register({}), UsersModule],
  controllers: [AuthController],
  providers: [
    JwtStrategy,
    AuthService,
    LoginThrottle,
    PasswordHasher,
    { provide: SessionStore, useClass: SessionsRepository },
    { provide: Tokens, inject: [JwtService, ENV], useFactory: (jwt: JwtService, env: Env) => new Tokens(jwt, env) },
    {
      provide: SessionsService,
      inject: [SessionStore, Tokens, Events, Clock, ENV],
      useFactory: (store: SessionStore, tokens: Tokens, events: Events, clock: Clock, env: Env) =>
        new SessionsService(store, tokens, events, clock, env.refreshTokenTtlMs),
    },
  ],
  exports: [JwtStrategy, AuthService, SessionsService],
})
export class AuthModule {}
