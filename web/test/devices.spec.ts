import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { TestBrowser } from './browser.js';
import type { ChatPage } from './chat-page.js';

describe('web client: several devices of one user', () => {
  let server: TestServer;
  let browser: TestBrowser;
  let laptop: ChatPage;
  let phone: ChatPage;

  beforeAll(async () => {
    server = await TestServer.start();
    browser = await TestBrowser.launch(server.origin);
    laptop = await browser.openPage();
    phone = await browser.openPage();
    await laptop.signUp('ada', 'Ada Lovelace');
    await phone.signIn('ada');
  });

  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  it('shows a message of one device on the other', async () => {
    await laptop.joinRoom('general');
    await laptop.send('From the laptop');
    await phone.open('general');
    await phone.message('From the laptop').waitFor();
  });

  it('lists the devices, and signs another one out immediately', async () => {
    await laptop.page.getByRole('button', { name: 'Profile and settings' }).click();
    const devices = laptop.page.getByRole('region', { name: 'Devices' });
    await devices.getByText('This device').waitFor();
    await devices.getByRole('button', { name: /^Sign out/ }).click();
    await laptop.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await phone.page.getByText('This device was signed out from another device.').waitFor();
    expect(await phone.page.getByRole('heading', { name: 'Sign in to GoChat' }).isVisible()).toBe(true);
    expect(await devices.getByRole('button', { name: /^Sign out/ }).count()).toBe(0);
  });

  it('deletes stored chat data on sign-out', async () => {
    await laptop.page.getByRole('button', { name: 'Sign out' }).click();
    await laptop.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await laptop.page.getByRole('heading', { name: 'Sign in to GoChat' }).waitFor();
    const keys = await laptop.page.evaluate(() => Object.keys(localStorage).join(' '));
    expect(keys).not.toMatch(/session|draft/);
  });
});
