import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import axe from 'axe-core';

import { type Account, PASSWORD } from '../../test/clients/account.js';
import { TestServer } from '../../test/harness/server.js';
import { TestBrowser, DESKTOP, PHONE, screenshot } from './browser.js';
import type { ChatPage } from './chat-page.js';
import { createOfficeScene } from './scene.js';

describe.each([
  ['desktop-light', DESKTOP, 'light'],
  ['desktop-dark', DESKTOP, 'dark'],
  ['phone-light', PHONE, 'light'],
  ['phone-dark', PHONE, 'dark'],
] as const)('the screens, %s', (name, viewport, colorScheme) => {
  let server: TestServer;
  let browsing: TestBrowser;
  let ada: Account;
  let screen: ChatPage;
  const isPhone = viewport === PHONE;

  beforeAll(async () => {
    server = await TestServer.start();
    ada = await createOfficeScene(server);
    browsing = await TestBrowser.launch(server.origin);
    screen = await browsing.openPage({ viewport, colorScheme, isMobile: isPhone, bypassCSP: true });
  });

  afterAll(async () => {
    await browsing.close();
    await server.stop();
  });

  afterEach(() => expect(browsing.pageErrors).toEqual([]));

  /** Keeps what it looks like, and asks the checker. */
  async function look(what: string): Promise<void> {
    await screenshot(screen.page, `${name}-${what}`);
    await screen.page.evaluate(axe.source);
    const { violations } = await screen.page.evaluate<axe.AxeResults>('axe.run()');
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(
      grave.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
      ),
    ).toEqual([]);
  }

  async function back(): Promise<void> {
    if (isPhone) await screen.page.getByRole('button', { name: 'Back', exact: true }).click();
  }

  it('let nobody in yet', async () => {
    await screen.page.getByRole('button', { name: 'Forgot your password?' }).waitFor();
    await look('1-sign-in');
    await screen.page.getByRole('button', { name: 'Create an account' }).click();
    await look('2-sign-up');
    await screen.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  });

  it('show the inbox', async () => {
    await screen.signIn(ada.username, PASSWORD);
    await screen.inboxRow('Compiler weekend').waitFor();
    await look('3-inbox');
  });

  it('show a conversation', async () => {
    await screen.open('general');
    await screen.message('On it.').waitFor();
    await screen.page.mouse.move(0, 0);
    await look('4-conversation');
    // A finger shows them too, where nothing hovers.
    if (isPhone) await screen.message('Then I take').tap();
    else await screen.message('Then I take').focus();
    await screen.page.getByRole('toolbar', { name: 'Message actions' }).waitFor();
    await look('5-actions');
    await screen.page.getByRole('button', { name: 'More' }).click();
    await look('6-menu');
    await screen.page.keyboard.press('Escape');
  });

  it('show its details', async () => {
    await screen.page.getByRole('button', { name: 'Details' }).click();
    await screen.page.getByRole('region', { name: 'Members' }).getByText('Hedy Lamarr').waitFor();
    await look('7-details');
    await screen.page.getByRole('button', { name: 'Close the details' }).click();
    await back();
  });

  it('show what to join, what to begin, and what is found', async () => {
    await screen.page.getByRole('button', { name: 'Discover rooms' }).click();
    await screen.page.getByText('random').waitFor();
    await look('8-discover');
    await back();
    await screen.page.getByRole('button', { name: 'New chat' }).click();
    await screen.page.getByRole('searchbox', { name: 'Search people' }).fill('gra');
    await screen.page.getByRole('dialog').getByText('Grace Hopper').waitFor();
    await look('9-new-chat');
    await screen.page.keyboard.press('Escape');
    const search = screen.page.getByRole('searchbox', { name: 'Search conversations, messages and people' });
    await search.fill('le');
    await screen.page.getByRole('heading', { name: 'Messages' }).waitFor();
    await look('10-search');
    await screen.page.getByRole('button', { name: 'Clear the search' }).click();
  });

  it('show oneself', async () => {
    await screen.page.getByRole('button', { name: 'Profile and settings' }).click();
    await screen.page.getByText('This device').waitFor();
    await look('11-settings');
    await back();
  });
});
