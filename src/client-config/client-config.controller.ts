import { Controller, Get, Inject } from '@nestjs/common';

import { PAGE } from '../common/pagination.js';
import { GROUP_MAX, RECEIPTS_MAX_MEMBERS, TITLE_MAX, TOPIC_MAX } from '../conversations/conversation.js';
import { Api, Public } from '../delivery/http/route.decorators.js';
import { ENV, type Env } from '../infrastructure/config/env.js';
import type { Rates } from '../infrastructure/config/rates.js';
import { MENTIONS_MAX, METADATA_MAX_BYTES, REACTIONS_MAX, TEXT_MAX } from '../messages/message.js';
import { WATCH_MAX } from '../presence/presence.dto.js';
import { RECEIPTS_OF_MAX, RESET_AFTER_CHANGES, SYNC_CONVERSATIONS_MAX, SYNC_LIMIT } from '../sync/sync.js';
import { LimitsView, type RateView } from './client-config.dto.js';

@Controller('config')
export class ClientConfigController {
  constructor(@Inject(ENV) private readonly env: Env) {}

  @Get()
  @Public()
  @Api({ summary: 'The limits that a client must know', answers: { 200: LimitsView } })
  limits(): LimitsView {
    return {
      message: {
        textMaxLength: TEXT_MAX,
        metadataMaxBytes: METADATA_MAX_BYTES,
        mentionsMax: MENTIONS_MAX,
        reactionsMax: REACTIONS_MAX,
      },
      conversation: { titleMaxLength: TITLE_MAX, topicMaxLength: TOPIC_MAX, groupMaxMembers: GROUP_MAX },
      page: { default: PAGE.default, max: PAGE.max },
      sync: {
        conversationsMax: SYNC_CONVERSATIONS_MAX,
        receiptsOfMax: RECEIPTS_OF_MAX,
        limit: SYNC_LIMIT,
        resetAfterChanges: RESET_AFTER_CHANGES,
      },
      receipts: { maxMembers: RECEIPTS_MAX_MEMBERS },
      presence: { watchMax: WATCH_MAX },
      heartbeat: { intervalMs: this.env.pingIntervalMs, timeoutMs: this.env.pingTimeoutMs },
      accessTokenTtlMs: this.env.accessTokenTtlMs,
      rates: this.env.rates && ratesView(this.env.rates),
      connectionsPerUser: this.env.connectionsPerUser,
      mail: this.env.mail !== null,
    };
  }
}

const ratesView = (rates: Rates): Record<string, RateView> =>
  Object.fromEntries(Object.entries(rates).map(([name, { limit, windowMs }]) => [name, { limit, windowMs }]));
