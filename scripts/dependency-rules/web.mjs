import { ANY_NPM, npm, rule, SPEC } from './patterns.mjs';

/** The imports that each folder of the web client may have. */
export const webRules = [
  rule(
    'web-client-uses-the-client-library',
    'Any app needs the server features that this page needs: add them to @gochat/client.',
    { path: '^web/src/' },
    { pathNot: ['^web/src/', '^(client/(src|dist)/index|@gochat/client$)', ANY_NPM] },
  ),
  rule(
    'web-client-imports-few-packages',
    'The page loads on phones: React, a virtual list, and its own code.',
    { path: '^web/src/', pathNot: SPEC },
    {
      path: ANY_NPM,
      pathNot: npm('react', 'react-dom', 'virtua', '@types/react', '@types/react-dom', '@gochat/client'),
    },
  ),
  rule(
    'web-model-is-pure',
    'Grouping, naming and dating of messages are pure functions, tested by tables without a page.',
    { path: '^web/src/model/', pathNot: SPEC },
    { pathNot: ['^web/src/model/', '^(client/(src|dist)/index|@gochat/client$)'] },
  ),
  rule(
    'ui-components-import-no-screen',
    'Every feature of the web client uses buttons, dialogs and avatars, so these must not depend on one.',
    { path: '^web/src/ui/' },
    { path: '^web/src/', pathNot: '^web/src/(ui|model|navigation/router)' },
  ),
  rule(
    'web-state-and-navigation-import-no-feature',
    'Every feature uses the hooks over the client library and the router, so these must not depend on one.',
    { path: '^web/src/(state|navigation)/' },
    { path: '^web/src/', pathNot: '^web/src/(state|navigation|model)/' },
  ),
  rule(
    'web-notifications-import-no-feature',
    'Every feature shows toasts, so notifications must not depend on one.',
    { path: '^web/src/notifications/' },
    { path: '^web/src/', pathNot: '^web/src/(notifications|state|navigation|model|ui)/' },
  ),
  rule(
    'web-messages-users-and-rooms-import-no-screen',
    'Several screens show messages, users and rooms, so these must not depend on a screen, nor on one another. The exception: a message opens the profile dialog of its sender.',
    { path: '^web/src/(message|users|rooms)/' },
    {
      path: '^web/src/(app|auth|composer|conversation|details|inbox|message|rooms|settings|timeline|users)/',
      pathNot: ['^web/src/$1/', '^web/src/users/profile-dialog-state\\.ts$'],
    },
  ),
  rule(
    'conversation-parts-import-no-sibling',
    'Only the conversation pane combines the timeline, the composer and the details, and passes shared state between them.',
    { path: '^web/src/(timeline|composer|details)/' },
    {
      path: '^web/src/(app|auth|composer|conversation|details|inbox|settings|timeline)/',
      pathNot: '^web/src/$1/',
    },
  ),
  rule(
    'web-screens-import-no-other-screen',
    'Only the shell in app/ combines the conversation, the inbox, the settings and the log-in, so that each can change alone.',
    { path: '^web/src/(conversation|inbox|settings|auth)/' },
    { path: '^web/src/(app|conversation|inbox|settings|auth)/', pathNot: '^web/src/$1/' },
  ),
  rule(
    'only-the-conversation-pane-imports-its-parts',
    'The timeline, the composer and the details need an open conversation; other screens have none.',
    { path: '^web/src/(inbox|settings|auth)/' },
    { path: '^web/src/(timeline|composer|details)/' },
  ),
  rule(
    'only-main-imports-web-app',
    'app/ starts the page and combines the screens, so an import of it would be a cycle.',
    { path: '^web/src/', pathNot: '^web/src/(app/|main\\.tsx$)' },
    { path: '^web/src/app/' },
  ),
];
