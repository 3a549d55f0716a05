import { Injectable } from '@nestjs/common';

import { JwtStrategy } from '../../auth/jwt.strategy.js';
import { DomainError } from '../../common/domain-error.js';
import type { RateName } from '../../infrastructure/config/rates.js';
import { ConversationRef, CreateConversation } from '../../conversations/conversations.dto.js';
import { ConversationView, MarkersView } from '../../read-models/conversation.view.dto.js';
import { MoveMarker } from '../../members/members.dto.js';
import { ConversationsService } from '../../conversations/conversations.service.js';
import { MessageView } from '../../read-models/message.view.dto.js';
import { MembersService } from '../../members/members.service.js';
import { MemberStateService } from '../../members/member-state.service.js';
import { PresenceView, WatchPresence } from '../../presence/presence.dto.js';
import type { AuditAction } from '../../delivery/audit/audit-log.js';
import { bodyValidator, type SchemaClass } from '../../delivery/validation/schemas.js';
import {
  EditMessage,
  ListMessages,
  MessagePageView,
  MessageRef,
  React,
  SendMessage,
} from '../../messages/messages.dto.js';
import { MessagesService } from '../../messages/messages.service.js';
import { Sync, SyncResultView } from '../../sync/sync.dto.js';
import { SyncService } from '../../sync/sync.service.js';
import { TokenExpiryTimer } from './token-expiry.js';
import type { ChatSocket } from './socket-types.js';
import { PresenceNotifier } from '../events/presence-notifier.js';
import { RefreshedSocketView, RefreshSocket } from './session-refresh.dto.js';
import { TypingTracker } from '../events/typing-tracker.js';

/** What a command answers: an object of a class, in brackets a list of such, or `null` for an empty object. */
export type AnswerClass = SchemaClass | readonly [SchemaClass] | null;

type AnswerOf<A extends AnswerClass> =
  A extends SchemaClass<infer T> ? T : A extends readonly [SchemaClass<infer T>] ? T[] : Record<string, never>;

/** What a client may ask over its socket: what it sends, what it gets, and the use case. */
export interface Command {
  readonly summary: string;
  /** What it is charged as, besides as a `request`; null where that is all, or the use case knows better. */
  readonly rate: RateName | null;
  readonly payload: SchemaClass;
  readonly answer: AnswerClass;
  readonly validate: (payload: unknown) => object;
  /** @returns `data` of the acknowledgement */
  readonly run: (socket: ChatSocket, payload: never) => Promise<object>;
  /** As what it is put into the audit trail. */
  readonly audit: AuditAction | undefined;
}

/** The one table of commands. */
@Injectable()
export class Commands {
  /** By name. */
  readonly table: ReadonlyMap<string, Command>;

  constructor(
    messages: MessagesService,
    conversations: ConversationsService,
    members: MembersService,
    ownState: MemberStateService,
    sync: SyncService,
    access: JwtStrategy,
    expiry: TokenExpiryTimer,
    typing: TypingTracker,
    presence: PresenceNotifier,
  ) {
    this.table = new Map([
      command('message:send', null, 'Send a message', SendMessage, MessageView, async ({ data }, dto) => {
        const { message } = await messages.send(data.actor, dto);
        return message;
      }),
      command('message:edit', 'write', 'Edit a message of yours', EditMessage, MessageView, ({ data }, dto) =>
        messages.edit(data.actor, dto),
      ),
      command(
        'message:delete',
        'write',
        'Delete a message',
        MessageRef,
        MessageView,
        ({ data }, dto) => messages.delete(data.actor, dto),
        'message.delete',
      ),
      command('message:react', 'write', 'React to a message', React, MessageView, ({ data }, dto) =>
        messages.react(data.actor, dto),
      ),
      command('message:unreact', 'write', 'Take a reaction back', React, MessageView, ({ data }, dto) =>
        messages.unreact(data.actor, dto),
      ),
      command('message:list', null, 'A stretch of history', ListMessages, MessagePageView, ({ data }, dto) =>
        messages.list(data.actor, dto),
      ),
      command(
        'conversation:create',
        'create',
        'Make a conversation',
        CreateConversation,
        ConversationView,
        async ({ data }, dto) => (await conversations.create(data.actor, dto)).conversation,
      ),
      command('conversation:join', 'create', 'Join a public room', ConversationRef, ConversationView, ({ data }, dto) =>
        members.join(data.actor, dto.conversationId),
      ),
      command('conversation:leave', 'write', 'Leave a conversation', ConversationRef, null, async ({ data }, dto) => {
        await members.leave(data.actor, dto.conversationId);
        return {};
      }),
      command('conversation:read', 'mark', 'You have read up to a message', MoveMarker, MarkersView, ({ data }, dto) =>
        ownState.read(data.actor, dto),
      ),
      command(
        'conversation:delivered',
        'mark',
        'A device of yours has got messages up to one',
        MoveMarker,
        MarkersView,
        ({ data }, dto) => ownState.delivered(data.actor, dto),
      ),
      command(
        'typing:start',
        'typing',
        'You type; say so every few seconds',
        ConversationRef,
        null,
        async (socket, dto) => {
          const { actor } = socket.data;
          const heard = await conversations.showsTyping(actor, dto.conversationId);
          if (heard && socket.connected) typing.start(dto.conversationId, actor.userId, socket.id);
          return {};
        },
      ),
      command('typing:stop', 'typing', 'You have stopped typing', ConversationRef, null, async ({ data }, dto) => {
        await conversations.showsTyping(data.actor, dto.conversationId);
        typing.stop(dto.conversationId, data.actor.userId);
        return {};
      }),
      command(
        'presence:watch',
        null,
        'Watch those people, in place of those before',
        WatchPresence,
        [PresenceView],
        (socket, { userIds }) => presence.watch(socket, userIds),
      ),
      command('sync', null, 'What changed since what you know', Sync, SyncResultView, ({ data }, dto) =>
        sync.sync(data.actor, dto),
      ),
      command(
        'session:refresh',
        null,
        'Keep the socket with a newer access token of the same session',
        RefreshSocket,
        RefreshedSocketView,
        async (socket, dto) => {
          const { actor, expiresAt } = await access.verify(`Bearer ${dto.accessToken}`);
          if (actor.sessionId !== socket.data.actor.sessionId) {
            throw new DomainError('forbidden', 'That token belongs to another session.');
          }
          socket.data.expiresAt = expiresAt;
          expiry.watch(socket);
          return { accessTokenExpiresAt: expiresAt.toISOString() };
        },
      ),
    ]);
  }

  /** The command of that name. @throws DomainError `not_found` */
  get(name: string): Command {
    const found = this.table.get(name);
    if (!found) throw new DomainError('not_found', 'There is no such command.');
    return found;
  }
}

function command<T extends object, const A extends AnswerClass>(
  name: string,
  rate: RateName | null,
  summary: string,
  payload: SchemaClass<T>,
  answer: A,
  run: (socket: ChatSocket, payload: T) => Promise<AnswerOf<A>>,
  audit?: AuditAction,
): [string, Command] {
  return [name, { summary, rate, payload, answer, validate: bodyValidator(payload), run, audit }];
}
