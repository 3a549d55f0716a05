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
] as const)('web client: screens, %s', (name, viewport, colorScheme) => {
  let server: TestServer;
  let browser: TestBrowser;
  let ada: Account;
  let screen: ChatPage;
  const isPhone = viewport === PHONE;

  beforeAll(async () => {
    server = await TestServer.start();
    ada = await createOfficeScene(server);
    browser = await TestBrowser.launch(server.origin);
    screen = await browser.openPage({ viewport, colorScheme, isMobile: isPhone, bypassCSP: true });
  });

  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  afterEach(() => expect(browser.pageErrors).toEqual([]));

  /** Saves a screenshot, and checks the page for serious accessibility violations. */
  async function checkScreen(screenName: string): Promise<void> {
    await screenshot(screen.page, `${name}-${screenName}`);
    await screen.page.evaluate(axe.source);
    const { violations } = await screen.page.evaluate<axe.AxeResults>('axe.run()');
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(
      serious.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
      ),
    ).toEqual([]);
  }

  /** Returns to the inbox, which only phones hide. */
  async function backToInbox(): Promise<void> {
    if (isPhone) await screen.page.getByRole('button', { name: 'Back', exact: true }).click();
  }

  it('shows sign-in and sign-up', async () => {
    await screen.page.getByRole('button', { name: 'Forgot your password?' }).waitFor();
    await checkScreen('1-sign-in');
    await screen.page.getByRole('button', { name: 'Create an account' }).click();
    await checkScreen('2-sign-up');
    await screen.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  });

  it('shows the inbox', async () => {
    await screen.signIn(ada.username, PASSWORD);
    await screen.inboxRow('Compiler weekend').waitFor();
    await checkScreen('3-inbox');
  });

  it('shows a conversation, message actions and the message menu', async () => {
    await screen.open('general');
    await screen.message('On it.').waitFor();
    await screen.page.mouse.move(0, 0);
    await checkScreen('4-conversation');
    // On touch screens a tap shows the actions.
    if (isPhone) await screen.message('Then I take').tap();
    else await screen.message('Then I take').focus();
    await screen.page.getByRole('toolbar', { name: 'Message actions' }).waitFor();
    await checkScreen('5-actions');
    await screen.page.getByRole('button', { name: 'More' }).click();
    await checkScreen('6-menu');
    await screen.page.keyboard.press('Escape');
  });

  it('shows the details of a conversation', async () => {
    await screen.page.getByRole('button', { name: 'Details' }).click();
    await screen.page.getByRole('region', { name: 'Members' }).getByText('Hedy Lamarr').waitFor();
    await checkScreen('7-details');
    await screen.page.getByRole('button', { name: 'Close details' }).click();
    await backToInbox();
  });

  it('shows rooms to join, the new chat dialog and search results', async () => {
    await screen.page.getByRole('button', { name: 'Discover rooms' }).click();
    await screen.page.getByText('random').waitFor();
    await checkScreen('8-discover');
    await backToInbox();
    await screen.page.getByRole('button', { name: 'New chat' }).click();
    await screen.page.getByRole('searchbox', { name: 'Search users' }).fill('gra');
    await screen.page.getByRole('dialog').getByText('Grace Hopper').waitFor();
    await checkScreen('9-new-chat');
    await screen.page.keyboard.press('Escape');
    const search = screen.page.getByRole('searchbox', { name: 'Search conversations, messages and users' });
    await search.fill('le');
    await screen.page.getByRole('heading', { name: 'Messages' }).waitFor();
    await checkScreen('10-search');
    await screen.page.getByRole('button', { name: 'Clear search' }).click();
  });

  it('shows the settings', async () => {
    await screen.page.getByRole('button', { name: 'Profile and settings' }).click();
    await screen.page.getByText('This device').waitFor();
    await checkScreen('11-settings');
    await backToInbox();
  });
});
