import { Module } from '@nestjs/common';

import { AuthModule } from '../auth/auth.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { SyncModule } from '../sync/sync.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessExpiry } from './gateway/token-expiry.js';
import { AntiEntropy } from './reconciliation/anti-entropy.js';
import { Broadcaster } from './events/broadcaster.js';
import { ChangeGate } from './cluster/event-sequencer.js';
import { type Check, CHECKS } from './reconciliation/reconciler.js';
import { Commands } from './gateway/commands.js';
import { ConversationCheck } from './reconciliation/conversation-reconciler.js';
import { Dispatcher } from './gateway/command-dispatcher.js';
import { Drain } from './gateway/connection-drainer.js';
import { FirstLook } from './reconciliation/join-catch-up.js';
import { Gateway } from './gateway/chat.gateway.js';
import { Handshake } from './gateway/handshake.js';
import { Here } from './cluster/local-events.js';
import { Memberships } from './reconciliation/room-memberships.js';
import { Nodes } from './cluster/cluster-bridge.js';
import { Pace } from './gateway/command-rate-limiter.js';
import { type Part, PARTS } from './gateway/realtime-component.js';
import { Presence } from './events/presence-notifier.js';
import { SessionCheck } from './reconciliation/session-reconciler.js';
import { Subscriber } from './gateway/socket-initializer.js';
import { Told } from './cluster/stream-positions.js';
import { Typing } from './events/typing-tracker.js';
import { UserCheck } from './reconciliation/user-reconciler.js';

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
