import { Module } from '@nestjs/common';

import { AuthModule } from '../auth/auth.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { SyncModule } from '../sync/sync.module.js';
import { UsersModule } from '../users/users.module.js';
import { TokenExpiryTimer } from './gateway/token-expiry.js';
import { AntiEntropy } from './reconciliation/anti-entropy.js';
import { Broadcaster } from './events/broadcaster.js';
import { EventSequencer } from './cluster/event-sequencer.js';
import { type Reconciler, RECONCILERS } from './reconciliation/reconciler.js';
import { Commands } from './gateway/commands.js';
import { ConversationReconciler } from './reconciliation/conversation-reconciler.js';
import { CommandDispatcher } from './gateway/command-dispatcher.js';
import { ConnectionDrainer } from './gateway/connection-drainer.js';
import { JoinCatchUp } from './reconciliation/join-catch-up.js';
import { ChatGateway } from './gateway/chat.gateway.js';
import { Handshake } from './gateway/handshake.js';
import { LocalEvents } from './cluster/local-events.js';
import { RoomMemberships } from './reconciliation/room-memberships.js';
import { ClusterBridge } from './cluster/cluster-bridge.js';
import { CommandRateLimiter } from './gateway/command-rate-limiter.js';
import { type RealtimeComponent, REALTIME_COMPONENTS } from './gateway/realtime-component.js';
import { PresenceNotifier } from './events/presence-notifier.js';
import { SessionReconciler } from './reconciliation/session-reconciler.js';
import { SocketInitializer } from './gateway/socket-initializer.js';
import { StreamPositions } from './cluster/stream-positions.js';
import { TypingTracker } from './events/typing-tracker.js';
import { UserReconciler } from './reconciliation/user-reconciler.js';

@Module({
  imports: [AuthModule, UsersModule, ConversationsModule, MessagesModule, SyncModule],
  providers: [
    TokenExpiryTimer,
    AntiEntropy,
    Broadcaster,
    EventSequencer,
    Commands,
    ConversationReconciler,
    CommandDispatcher,
    ConnectionDrainer,
    JoinCatchUp,
    ChatGateway,
    Handshake,
    LocalEvents,
    RoomMemberships,
    ClusterBridge,
    CommandRateLimiter,
    PresenceNotifier,
    SessionReconciler,
    SocketInitializer,
    StreamPositions,
    TypingTracker,
    UserReconciler,
    {
      provide: RECONCILERS,
      inject: [ConversationReconciler, UserReconciler, SessionReconciler],
      useFactory: (...checks: Reconciler[]): readonly Reconciler[] => checks,
    },
    {
      provide: REALTIME_COMPONENTS,
      // Presence before the broadcaster, which empties the room of a conversation that was deleted.
      inject: [
        PresenceNotifier,
        Broadcaster,
        TypingTracker,
        ClusterBridge,
        AntiEntropy,
        ConnectionDrainer,
        TokenExpiryTimer,
      ],
      useFactory: (...parts: RealtimeComponent[]): readonly RealtimeComponent[] => parts,
    },
  ],
  exports: [Commands, ConnectionDrainer],
})
export class RealtimeModule {}
