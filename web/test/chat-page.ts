import type { BrowserContext, Locator, Page } from 'playwright-core';

import { PASSWORD } from '../../test/clients/account.js';

/** Page object of the web client. It finds elements by their visible text and accessible name, as users do. */
export class ChatPage {
  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
  ) {}

  async signUp(username: string, name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Create an account' }).click();
    await this.page.getByLabel('Display name').fill(name);
    await this.page.getByLabel('Username').fill(username);
    await this.page.getByLabel('Password').fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Create account' }).click();
    await this.page.getByRole('navigation', { name: 'Conversations' }).waitFor();
  }

  async signIn(username: string, password = PASSWORD): Promise<void> {
    await this.page.getByLabel('Username or e-mail').fill(username);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await this.page.getByRole('navigation', { name: 'Conversations' }).waitFor();
  }

  async joinRoom(room: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Discover rooms' }).first().click();
    await this.page.getByRole('button', { name: `Join ${room}` }).click();
    await this.composer.waitFor();
  }

  async open(conversation: string): Promise<void> {
    await this.inboxRow(conversation).click();
    await this.composer.waitFor();
  }

  /** The row of a conversation in the inbox. */
  inboxRow(conversation: string): Locator {
    return this.page.locator('.inbox-row', {
      has: this.page.locator('.inbox-row-name', { hasText: conversation }),
    });
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: 'Message' });
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
    await this.message(text).waitFor();
  }

  /** The message with this text. */
  message(text: string): Locator {
    return this.page.locator('.message', { has: this.page.locator('.message-text', { hasText: text }) });
  }

  /** Waits until a message of this user has a delivery state. */
  async waitForTick(text: string, tick: string): Promise<void> {
    await this.message(text).locator(`[data-tick=${tick}]`).waitFor();
  }

  /** Clicks a button in the toolbar of a message. */
  async clickMessageAction(text: string, action: string): Promise<void> {
    const message = this.message(text);
    await message.hover();
    await message.getByRole('button', { name: action, exact: true }).click();
  }

  /** Selects an item in the menu of a message. */
  async selectMenuItem(text: string, item: string): Promise<void> {
    await this.clickMessageAction(text, 'More');
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Texts of the rendered messages, from top to bottom. */
  async messageTexts(): Promise<string[]> {
    return this.page.locator('.message .message-text').allInnerTexts();
  }
}
