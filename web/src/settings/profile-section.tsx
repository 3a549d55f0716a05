import { type SubmitEvent, useState } from 'react';

import { useClient, useSelf } from '../state/client-context.js';
import { attempt, toast } from '../notifications/toasts.js';
import { personName } from '../model/names.js';
import { Avatar } from '../ui/avatar.js';
import { Field } from '../ui/field.js';

/** What others see of oneself. */
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
    if (await attempt(client.users.update(profile))) toast('Your profile is saved.');
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
        <Field label="Name" value={displayName} onValue={setDisplayName} required maxLength={64} autoComplete="name" />
        <Field label="About you" value={about} onValue={setAbout} maxLength={250} />
        <Field
          label="Address of a picture"
          type="url"
          value={avatarUrl}
          onValue={setAvatarUrl}
          maxLength={500}
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
