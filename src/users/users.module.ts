import { Module } from '@nestjs/common';

import { BlocksController } from '../blocks/blocks.controller.js';
import { BlocksRepository } from '../blocks/blocks.repository.js';
import { BlocksService } from '../blocks/blocks.service.js';
import { BlockStore } from '../blocks/blocks.store.js';
import { UsersController } from './users.controller.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';
import { UserStore } from './users.store.js';

@Module({
  controllers: [UsersController, BlocksController],
  providers: [
    UsersService,
    BlocksService,
    { provide: UserStore, useClass: UsersRepository },
    { provide: BlockStore, useClass: BlocksRepository },
  ],
  exports: [UsersService, UserStore, BlockStore],
})
export class UsersModule {}
