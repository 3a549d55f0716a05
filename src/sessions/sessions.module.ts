import { Module } from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';

import { Clock } from '../common/clock.js';
import { Events } from '../domain-events.js';
import { ENV, type Env } from '../infrastructure/config/env.js';
import { DataOwners } from '../infrastructure/data-owners/data-owners.js';
import { SessionData } from './session-data.repository.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';
import { SessionStore } from './sessions.store.js';
import { Tokens } from './tokens.adapter.js';

@Module({
  imports: [JwtModule.register({})],
  providers: [
    SessionData,
    { provide: SessionStore, useClass: SessionsRepository },
    { provide: Tokens, inject: [JwtService, ENV], useFactory: (jwt: JwtService, env: Env) => new Tokens(jwt, env) },
    {
      provide: SessionsService,
      inject: [SessionStore, Tokens, Events, Clock, ENV],
      useFactory: (store: SessionStore, tokens: Tokens, events: Events, clock: Clock, env: Env) =>
        new SessionsService(store, tokens, events, clock, env.refreshTokenTtlMs),
    },
  ],
  exports: [SessionsService, Tokens],
})
export class SessionsModule {
  constructor(owners: DataOwners, data: SessionData) {
    owners.register(data);
  }
}
