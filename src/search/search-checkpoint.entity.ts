import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

import { ConversationEntity } from '../conversations/conversation.entity.js';
import { integer, uuid } from '../infrastructure/database/columns.js';

/** How far the search index has followed a conversation's log. */
@Entity('search_heads')
export class SearchCheckpointEntity {
  @PrimaryColumn(uuid)
  @ForeignKey(() => ConversationEntity, { name: 'search_heads_of_conversation', onDelete: 'CASCADE' })
  conversation_id!: string;

  /** Every message that changed at this `rev` or before is in the index as it was then. */
  @Column(integer)
  rev!: number;
}
