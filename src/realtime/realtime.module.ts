import { Module } from '@nestjs/common';

import { AuthModule } from '../auth/auth.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { SyncModule } from '../sync/sync.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessExpiry } from './access-expiry.js';
import { AntiEntropy } from './anti-entropy.js';
import { Broadcaster } from './broadcaster.js';
import { ChangeGate } from './change-gate.js';
import { type Check, CHECKS } from './check.js';
import { Commands } from './commands.js';
import { ConversationCheck } from './conversation-check.js';
import { Dispatcher } from './dispatcher.js';
import { Drain } from './drain.js';
import { FirstLook } from './first-look.js';
import { Gateway } from './gateway.js';
import { Handshake } from './handshake.js';
import { Here } from './here.js';
import { Memberships } from './memberships.js';
import { Nodes } from './nodes.js';
import { Pace } from './pace.js';
import { type Part, PARTS } from './part.js';
import { Presence } from './presence.js';
import { SessionCheck } from './session-check.js';
import { Subscriber } from './subscriber.js';
import { Told } from './told.js';
import { Typing } from './typing.js';
import { UserCheck } from './user-check.js';

@Module({
  imports: [AuthModule, UsersModule, ConversationsModule, MessagesModule, SyncModule],
  providers: [
    AccessExpiry,
    AntiEntropy,
    Broadcaster,
    ChangeGate,
    Commands,
    ConversationCheck,
    Dispatcher,
    Drain,
    FirstLook,
    Gateway,
    Handshake,
    Here,
    Memberships,
    Nodes,
    Pace,
    Presence,
    SessionCheck,
    Subscriber,
    Told,
    Typing,
    UserCheck,
    {
      provide: CHECKS,
      inject: [ConversationCheck, UserCheck, SessionCheck],
      useFactory: (...checks: Check[]): readonly Check[] => checks,
    },
    {
      provide: PARTS,
      // Presence before the broadcaster, which empties the room of a conversation that was deleted.
      inject: [Presence, Broadcaster, Typing, Nodes, AntiEntropy, Drain, AccessExpiry],
      useFactory: (...parts: Part[]): readonly Part[] => parts,
    },
  ],
  exports: [Commands, Drain],
})
export class RealtimeModule {}
