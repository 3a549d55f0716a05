import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import axe from 'axe-core';

import { Mailbox, tokenOf } from '../../test/harness/mailbox.js';
import { TestServer } from '../../test/harness/server.js';
import { TestBrowser, DESKTOP, PHONE, screenshot } from './browser.js';
import type { ChatPage } from './chat-page.js';

const EMAIL = 'ada@mail.example';
const NEW_PASSWORD = 'a brand new password';

describe.each([
  ['desktop-dark', DESKTOP, 'dark'],
  ['phone-light', PHONE, 'light'],
] as const)('web client: e-mailed links, %s', (name, viewport, colorScheme) => {
  let server: TestServer;
  let mailbox: Mailbox;
  let browser: TestBrowser;
  let screen: ChatPage;

  beforeAll(async () => {
    mailbox = await Mailbox.open();
    server = await TestServer.start(mailbox.environment);
    browser = await TestBrowser.launch(server.origin);
    screen = await browser.openPage({ viewport, colorScheme, isMobile: viewport === PHONE, bypassCSP: true });
  });

  afterAll(async () => {
    await browser.close();
    await server.stop();
    await mailbox.close();
  });

  /** Saves a screenshot, and checks the page for accessibility. */
  async function checkScreen(screenName: string): Promise<void> {
    await screenshot(screen.page, `${name}-${screenName}`);
    await screen.page.evaluate(axe.source);
    const { violations } = await screen.page.evaluate<axe.AxeResults>('axe.run()');
    expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
  }

  /** Opens the link of the newest e-mail on the test server. @returns its token */
  async function openLink(path: string): Promise<string> {
    const token = tokenOf(await mailbox.next(EMAIL, path === 'verify-email' ? /^Confirm/ : /^Set a new password/));
    await screen.page.goto(`${server.origin}/${path}#token=${token}`);
    await screen.page.waitForURL(`${server.origin}/${path}`);
    return token;
  }

  const button = (label: string) => screen.page.getByRole('button', { name: label, exact: true });

  it('confirms an e-mail address, and resets a forgotten password once per link', async () => {
    const { page } = screen;
    await screen.signUp('ada', 'Ada Lovelace');
    await page.getByRole('button', { name: 'Profile and settings' }).click();
    const card = page.getByRole('region', { name: 'E-mail' });
    await card.getByLabel('E-mail address').fill(EMAIL);
    await card.getByLabel('Current password').fill('correct horse battery');
    await card.getByRole('button', { name: 'Add e-mail address' }).click();
    await card.getByText('Not confirmed.').waitFor();
    await checkScreen('12-address');
    await openLink('verify-email');
    await page.getByRole('heading', { name: 'E-mail address confirmed' }).waitFor();
    await checkScreen('13-confirmed');
    await button('Continue to GoChat').click();
    await page.getByRole('button', { name: 'Profile and settings' }).click();
    await card.getByText('Confirmed', { exact: true }).waitFor();

    await button('Sign out').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await button('Forgot your password?').click();
    await page.getByLabel('E-mail').fill(EMAIL);
    await checkScreen('14-forgotten');
    await button('Send reset link').click();
    await page.getByText('we sent it a link').waitFor();
    const token = await openLink('reset-password');
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await checkScreen('15-reset');
    await button('Set password').click();
    await page.getByRole('heading', { name: 'Password changed' }).waitFor();
    await button('Sign in').click();
    await screen.signIn(EMAIL, NEW_PASSWORD);

    await page.goto('about:blank');
    await page.goto(`${server.origin}/reset-password#token=${token}`);
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await button('Set password').click();
    await page.getByRole('alert').getByText('already used').waitFor();
    expect(browser.pageErrors).toEqual([]);
  });
});
