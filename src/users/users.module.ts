import { Module } from '@nestjs/common';

import { DataOwners } from '../infrastructure/data-owners/data-owners.js';
import { UserData } from './user-data.repository.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';
import { UserStore } from './users.store.js';

@Module({
  controllers: [UsersController],
  providers: [UsersService, UserData, { provide: UserStore, useClass: UsersRepository }],
  exports: [UsersService, UserStore],
})
export class UsersModule {
  constructor(owners: DataOwners, data: UserData) {
    owners.register(data);
  }
}
