import type { User } from '@gochat/client';

import { BlockButton } from './block-button.js';

/** Profile of the other user of a direct conversation. */
export function PeerDetails({ peer }: { readonly peer: User }) {
  return (
    <section className="info-section">
      {peer.username !== null && <p className="info-line">@{peer.username}</p>}
      {peer.about !== null && peer.about !== '' && <p className="info-line">{peer.about}</p>}
      {!peer.deleted && <BlockButton userId={peer.id} />}
    </section>
  );
}
