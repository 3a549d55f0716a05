import { type SubmitEvent, useState } from 'react';

import { useClient, useSelf } from '../state/client-context.js';
import { attempt, toast } from '../notifications/toasts.js';
import { ACCOUNT_LIMITS } from '../model/account-limits.js';
import { personName } from '../model/names.js';
import { Avatar } from '../ui/avatar.js';
import { Field } from '../ui/field.js';

/** The profile that other users see. */
export function ProfileSection() {
  const client = useClient();
  const self = useSelf();
  const [displayName, setDisplayName] = useState(self.displayName ?? '');
  const [about, setAbout] = useState(self.about ?? '');
  const [avatarUrl, setAvatarUrl] = useState(self.avatarUrl ?? '');
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const profile = {
      displayName: displayName.trim(),
      about: about.trim() || null,
      avatarUrl: avatarUrl.trim() || null,
    };
    if (await attempt(client.users.update(profile))) toast('Profile saved.');
  };
  return (
    <section className="card">
      <div className="card-head">
        <Avatar id={self.id} name={personName(self)} url={self.avatarUrl} size="l" />
        <div>
          <h2>{personName(self)}</h2>
          <p className="card-note">@{self.username}</p>
        </div>
      </div>
      <form className="stack" onSubmit={(event) => void save(event)}>
        <Field
          label="Display name"
          value={displayName}
          onValue={setDisplayName}
          required
          maxLength={ACCOUNT_LIMITS.displayNameMax}
          autoComplete="name"
        />
        <Field label="About you" value={about} onValue={setAbout} maxLength={ACCOUNT_LIMITS.aboutMax} />
        <Field
          label="Profile picture URL"
          type="url"
          value={avatarUrl}
          onValue={setAvatarUrl}
          maxLength={ACCOUNT_LIMITS.avatarUrlMax}
          placeholder="https://"
          pattern="https://.+"
        />
        <button type="submit" className="button button-primary">
          Save profile
        </button>
      </form>
    </section>
  );
}
