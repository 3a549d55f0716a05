import { Module } from '@nestjs/common';

import { AuthModule } from '../auth/auth.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { SyncModule } from '../sync/sync.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessExpiry } from './access-expiry.js';
import { AsyncApiController } from './asyncapi.controller.js';
import { Broadcaster } from './broadcaster.js';
import { Commands } from './commands.js';
import { Dispatcher } from './dispatcher.js';
import { Gateway } from './gateway.js';
import { Handshake } from './handshake.js';
import { Presence } from './presence.js';
import { Subscriber } from './subscriber.js';
import { Typing } from './typing.js';

@Module({
  imports: [AuthModule, UsersModule, ConversationsModule, MessagesModule, SyncModule],
  controllers: [AsyncApiController],
  providers: [AccessExpiry, Broadcaster, Commands, Dispatcher, Gateway, Handshake, Presence, Subscriber, Typing],
  exports: [Gateway],
})
export class RealtimeModule {}
