import { Text, Time } from '../../common/field.decorators.js';

/** A new access token of the same session, for a socket that outlives the old one. */
export class RefreshSocket {
  @Text({ min: 1, max: 4_096 })
  accessToken!: string;
}

export class RefreshedSocketView {
  @Time({ description: 'Until when the socket lives, unless it is refreshed again.' })
  accessTokenExpiresAt!: string;
}
