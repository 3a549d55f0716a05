import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { counter, line, moment, optionalLine, uuid } from '../infrastructure/database/columns.js';

@Entity('conversations')
@Index('conversations_direct_key', ['direct_key'], { unique: true })
@Index('conversations_title', ['type', 'title_folded', 'id'])
export class ConversationEntity {
  @PrimaryColumn(uuid)
  id!: string;

  @Column(line(8))
  type!: string;

  @Column(optionalLine(100))
  title!: string | null;

  /** What a search by prefix looks at. */
  @Column(optionalLine(128))
  title_folded!: string | null;

  @Column(optionalLine(500))
  topic!: string | null;

  /** The two members' ids in order, of a direct conversation: there is one per pair. */
  @Column({ type: 'varchar', length: 73, nullable: true })
  direct_key!: string | null;

  @Column({ ...uuid, nullable: true })
  created_by!: string | null;

  @Column(moment)
  created_at!: Date;

  /** When its title or topic last changed. */
  @Column(moment)
  updated_at!: Date;

  /** When its last message was stored, or itself: the order of the inbox. */
  @Column(moment)
  active_at!: Date;

  @Column(counter)
  last_seq!: number;

  @Column(counter)
  rev!: number;

  @Column(counter)
  member_count!: number;
}
