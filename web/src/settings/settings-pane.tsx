import { useState } from 'react';

import { useClient, useSelf } from '../state/client-context.js';
import { draftsOf } from '../state/use-drafts.js';
import { canNotify, useNotificationPreference } from '../notifications/desktop-notifications.js';
import { currentTheme, setTheme, type Theme } from '../state/theme.js';
import { attempt } from '../notifications/toasts.js';
import { Confirm } from '../ui/dialog.js';
import { ExitIcon } from '../ui/icons.js';
import { PaneHeader } from '../ui/pane-header.js';
import { Switch } from '../ui/switch.js';
import { Tabs } from '../ui/tabs.js';
import { BlockSection } from './block-section.js';
import { DeleteAccountSection } from './delete-account-section.js';
import { DeviceSection } from './device-section.js';
import { EmailSection } from './email-section.js';
import { PasswordSection } from './password-section.js';
import { ProfileSection } from './profile-section.js';

/** The user's settings: profile, appearance, notifications, devices, blocks, e-mail address, password and account. */
export function SettingsPane() {
  return (
    <section className="pane" aria-label="Settings">
      <PaneHeader parent={{ name: 'inbox' }}>
        <h1 className="title-name">Settings</h1>
      </PaneHeader>
      <div className="pane-scroll">
        <div className="pane-column settings">
          <ProfileSection />
          <ThemeSection />
          {canNotify && <NotificationSection />}
          <DeviceSection />
          <BlockSection />
          <EmailSection />
          <PasswordSection />
          <SignOutSection />
          <DeleteAccountSection />
        </div>
      </div>
    </section>
  );
}

function ThemeSection() {
  const [theme, showTheme] = useState<Theme>(currentTheme);
  return (
    <section className="card">
      <h2>Appearance</h2>
      <Tabs
        label="Appearance"
        value={theme}
        onValue={(selected) => {
          showTheme(selected);
          setTheme(selected);
        }}
        options={[
          { value: 'system', label: 'System' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
      />
    </section>
  );
}

function NotificationSection() {
  const [isOn, setEnabled] = useNotificationPreference();
  return (
    <section className="card card-tight">
      <Switch label="Desktop notifications" isOn={isOn} onChange={(on) => void setEnabled(on)} />
    </section>
  );
}

function SignOutSection() {
  const client = useClient();
  const self = useSelf();
  const [isAsked, setAsked] = useState(false);
  const signOut = (): void => {
    draftsOf(self.id).clear();
    void attempt(client.auth.logout());
  };
  return (
    <section className="card">
      <button type="button" className="button" onClick={() => setAsked(true)}>
        <ExitIcon /> Sign out
      </button>
      {isAsked && (
        <Confirm
          title="Sign out of this device?"
          text="This deletes the chat data stored in this browser, including drafts and unsent messages."
          action="Sign out"
          onConfirm={signOut}
          onClose={() => setAsked(false)}
        />
      )}
    </section>
  );
}
