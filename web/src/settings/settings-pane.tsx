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

/** Oneself: profile, appearance, devices, address, password, and the way out. */
export function SettingsPane() {
  return (
    <section className="pane" aria-label="Settings">
      <PaneHeader above={{ name: 'inbox' }}>
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
  const [theme, show] = useState<Theme>(currentTheme);
  return (
    <section className="card">
      <h2>Appearance</h2>
      <Tabs
        label="Appearance"
        value={theme}
        onValue={(chosen) => {
          show(chosen);
          setTheme(chosen);
        }}
        options={[
          { value: 'system', label: 'As the device' },
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
        ]}
      />
    </section>
  );
}

function NotificationSection() {
  const [isOn, choose] = useNotificationPreference();
  return (
    <section className="card card-tight">
      <Switch label="Tell me of messages while I look elsewhere" isOn={isOn} onChange={(on) => void choose(on)} />
    </section>
  );
}

function SignOutSection() {
  const client = useClient();
  const self = useSelf();
  const [isAsked, setAsked] = useState(false);
  const leave = (): void => {
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
          text="What is kept in this browser is erased: drafts, and messages that were not sent yet, too."
          action="Sign out"
          onConfirm={leave}
          onClose={() => setAsked(false)}
        />
      )}
    </section>
  );
}
