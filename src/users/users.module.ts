import { Module } from '@nestjs/common';

import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';
import { UserStore } from './users.store.js';

@Module({
  controllers: [UsersController],
  providers: [UsersService, { provide: UserStore, useClass: UsersRepository }],
  exports: [UsersService, UserStore],
})
export class UsersModule {}
