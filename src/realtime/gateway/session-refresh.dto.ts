import { Text, Time } from '../../common/field.decorators.js';

/** A new access token of the same session, for a socket that stays open longer than its first token is valid. */
export class RefreshSocket {
  @Text({ min: 1, max: 4_096 })
  accessToken!: string;
}

export class RefreshedSocketView {
  @Time({ description: 'The socket is closed at this time, unless you refresh it again.' })
  accessTokenExpiresAt!: string;
}
