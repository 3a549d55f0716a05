import type { BrowserContext, Locator, Page } from 'playwright-core';

import { PASSWORD } from '../../test/clients/account.js';

/** The page as somebody uses it: by what they see and what a screen reader says. */
export class ChatPage {
  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
  ) {}

  async signUp(username: string, name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Create an account' }).click();
    await this.page.getByLabel('Your name').fill(name);
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

  /** Its line in the inbox. */
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

  /** The message that says this. */
  message(text: string): Locator {
    return this.page.locator('.message', { has: this.page.locator('.message-text', { hasText: text }) });
  }

  /** Waits for a mark behind one's own message. */
  async waitForTick(text: string, tick: string): Promise<void> {
    await this.message(text).locator(`[data-tick=${tick}]`).waitFor();
  }

  /** Presses one of the buttons that come up at a message. */
  async clickMessageAction(text: string, action: string): Promise<void> {
    const message = this.message(text);
    await message.hover();
    await message.getByRole('button', { name: action, exact: true }).click();
  }

  /** Takes something of a message's menu. */
  async selectMenuItem(text: string, item: string): Promise<void> {
    await this.clickMessageAction(text, 'More');
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** What is shown of a conversation, from top to bottom. */
  async texts(): Promise<string[]> {
    return this.page.locator('.message .message-text').allInnerTexts();
  }
}
