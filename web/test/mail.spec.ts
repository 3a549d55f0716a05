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
] as const)('mail, %s', (name, viewport, colorScheme) => {
  let server: TestServer;
  let mailbox: Mailbox;
  let browsing: TestBrowser;
  let screen: ChatPage;

  beforeAll(async () => {
    mailbox = await Mailbox.open();
    server = await TestServer.start(mailbox.environment);
    browsing = await TestBrowser.launch(server.origin);
    screen = await browsing.openPage({ viewport, colorScheme, isMobile: viewport === PHONE, bypassCSP: true });
  });

  afterAll(async () => {
    await browsing.close();
    await server.stop();
    await mailbox.close();
  });

  async function look(what: string): Promise<void> {
    await screenshot(screen.page, `${name}-${what}`);
    await screen.page.evaluate(axe.source);
    const { violations } = await screen.page.evaluate<axe.AxeResults>('axe.run()');
    expect(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)])).toEqual([]);
  }

  /** Opens the link of a mail, at this server. @returns its token */
  async function openLink(path: string): Promise<string> {
    const token = tokenOf(await mailbox.next(EMAIL, path === 'verify-email' ? /^Confirm/ : /^Set a new password/));
    await screen.page.goto(`${server.origin}/${path}#token=${token}`);
    await screen.page.waitForURL(`${server.origin}/${path}`);
    return token;
  }

  const button = (label: string) => screen.page.getByRole('button', { name: label, exact: true });

  it('confirms an address, and brings who forgot their password back in', async () => {
    const { page } = screen;
    await screen.signUp('ada', 'Ada Lovelace');
    await page.getByRole('button', { name: 'Profile and settings' }).click();
    const card = page.getByRole('region', { name: 'E-mail' });
    await card.getByLabel('Address').fill(EMAIL);
    await card.getByLabel('Your password').fill('correct horse battery');
    await card.getByRole('button', { name: 'Add address' }).click();
    await card.getByText('Not confirmed yet').waitFor();
    await look('12-address');
    await openLink('verify-email');
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor();
    await look('13-confirmed');
    await button('Go to GoChat').click();
    await page.getByRole('button', { name: 'Profile and settings' }).click();
    await card.getByText('Confirmed', { exact: true }).waitFor();

    await button('Sign out').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await button('Forgot your password?').click();
    await page.getByLabel('E-mail').fill(EMAIL);
    await look('14-forgotten');
    await button('Send me a link').click();
    await page.getByText('a link is on its way').waitFor();
    const token = await openLink('reset-password');
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await look('15-reset');
    await button('Set password').click();
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor();
    await button('Sign in').click();
    await screen.signIn(EMAIL, NEW_PASSWORD);

    await page.goto('about:blank');
    await page.goto(`${server.origin}/reset-password#token=${token}`);
    await page.getByLabel('New password').fill(NEW_PASSWORD);
    await button('Set password').click();
    await page.getByRole('alert').getByText('used already').waitFor();
    expect(browsing.pageErrors).toEqual([]);
  });
});
