import { Module } from '@nestjs/common';

import { SessionsModule } from '../sessions/sessions.module.js';
import { UsersModule } from '../users/users.module.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { JwtStrategy } from './jwt.strategy.js';
import { LoginThrottle } from './login-throttle.service.js';
import { PasswordHasher } from './password-hasher.adapter.js';

@Module({
  imports: [SessionsModule, UsersModule],
  controllers: [AuthController],
  providers: [
    JwtStrategy,
    AuthService,
    LoginThrottle,
    { provide: PasswordHasher, useFactory: () => new PasswordHasher() },
  ],
  exports: [JwtStrategy, AuthService, SessionsModule],
})
export class AuthModule {}
