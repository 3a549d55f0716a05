import { Module } from '@nestjs/common';

import { AuthModule } from '../auth/auth.module.js';
import { ConversationsModule } from '../conversations/conversations.module.js';
import { MemberStateModule } from '../member-state/member-state.module.js';
import { MembersModule } from '../members/members.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { SyncModule } from '../sync/sync.module.js';
import { UsersModule } from '../users/users.module.js';
import { ClusterBridge } from './cluster/cluster-bridge.js';
import { EventSequencer } from './cluster/event-sequencer.js';
import { RemoteEvents } from './cluster/remote-events.js';
import { StreamPositions } from './cluster/stream-positions.js';
import { Broadcaster } from './events/broadcaster.js';
import { PresenceNotifier } from './events/presence-notifier.js';
import { TypingTracker } from './events/typing-tracker.js';
import { ChatGateway } from './gateway/chat.gateway.js';
import { CommandDispatcher } from './gateway/command-dispatcher.js';
import { CommandRateLimiter } from './gateway/command-rate-limiter.js';
import { Commands } from './gateway/commands.js';
import { ConnectionDrainer } from './gateway/connection-drainer.js';
import { Handshake } from './gateway/handshake.js';
import { type RealtimeComponent, REALTIME_COMPONENTS } from './gateway/realtime-component.js';
import { RoomSubscriber } from './gateway/room-subscriber.js';
import { SocketInitializer } from './gateway/socket-initializer.js';
import { TokenExpiryTimer } from './gateway/token-expiry.js';
import { AntiEntropy } from './reconciliation/anti-entropy.js';
import { ConversationReconciler } from './reconciliation/conversation-reconciler.js';
import { JoinCatchUp } from './reconciliation/join-catch-up.js';
import { type Reconciler, RECONCILERS } from './reconciliation/reconciler.js';
import { RoomMemberships } from './reconciliation/room-memberships.js';
import { SessionReconciler } from './reconciliation/session-reconciler.js';
import { UserReconciler } from './reconciliation/user-reconciler.js';

/**
 * The components, in the order in which `ChatGateway` calls their hooks. Components register their listeners of domain
 * events in `onServerReady`, so that this is also the order in which they process an event.
 */
const COMPONENTS = [
  // Registers the middleware that authenticates sockets.
  Handshake,
  // Both are used by the components below.
  StreamPositions,
  EventSequencer,
  // Before Broadcaster, which empties the room of a deleted conversation: presence reads its sockets first.
  PresenceNotifier,
  Broadcaster,
  // After Broadcaster, so that `typing` follows the message that ends it.
  TypingTracker,
  // After Broadcaster, which joins the room whose channel it waits for.
  JoinCatchUp,
  // After Broadcaster: sockets of this node are served before other nodes.
  ClusterBridge,
  RemoteEvents,
  AntiEntropy,
  ConnectionDrainer,
  TokenExpiryTimer,
];

/** The reconcilers, in the order in which a sweep runs them. */
const SWEEP = [ConversationReconciler, UserReconciler, SessionReconciler];

@Module({
  imports: [
    AuthModule,
    UsersModule,
    ConversationsModule,
    MembersModule,
    MemberStateModule,
    MessagesModule,
    PresenceModule,
    SyncModule,
  ],
  providers: [
    ...COMPONENTS,
    ...SWEEP,
    ChatGateway,
    CommandDispatcher,
    CommandRateLimiter,
    Commands,
    RoomMemberships,
    RoomSubscriber,
    SocketInitializer,
    {
      provide: REALTIME_COMPONENTS,
      inject: COMPONENTS,
      useFactory: (...components: RealtimeComponent[]): readonly RealtimeComponent[] => components,
    },
    {
      provide: RECONCILERS,
      inject: SWEEP,
      useFactory: (...reconcilers: Reconciler[]): readonly Reconciler[] => reconcilers,
    },
  ],
  exports: [Commands, ConnectionDrainer],
})
export class RealtimeModule {}
