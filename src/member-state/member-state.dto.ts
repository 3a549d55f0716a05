import { Bool, Int, SEQ_MAX, Time, UuidField } from '../common/field.decorators.js';

/** Changes of the actor's own state in a conversation. Omitted fields stay unchanged. */
export class UpdateOwnState {
  @Time({ optional: true, nullable: true, description: 'Mutes notifications until this time; null turns them on.' })
  mutedUntil?: string | null;

  @Bool({ optional: true })
  pinned?: boolean;

  @Bool({ optional: true, description: 'Ends with the next message.' })
  archived?: boolean;
}

export class MarkerBody {
  @Int({ min: 0, max: SEQ_MAX, description: 'Up to and including this `seq`.' })
  seq!: number;
}

export class MoveMarker extends MarkerBody {
  @UuidField()
  conversationId!: string;
}
