import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';

import { readEnv } from '../dist/infrastructure/config/env.js';
import { configurationMarkdown } from '../dist/api-docs/configuration-markdown.js';
import { errorsMarkdown } from '../dist/api-docs/errors-markdown.js';
import { openApiDocument } from '../dist/api-docs/openapi.js';
import { asyncApiDocument } from '../dist/api-docs/asyncapi.js';
import { Commands } from '../dist/realtime/gateway/commands.js';
import { createApp } from '../dist/server.js';
import { clientTypes } from './client-types.mjs';

/**
 * Writes the generated documents from the built code, and the client's types from them. Tests compare them with the
 * committed files.
 */
const dataDir = mkdtempSync(join(tmpdir(), 'gochat-docs-'));
const app = await createApp(readEnv({ DATA_DIR: dataDir }), pino({ level: 'silent' }));
await app.init();
const json = (document) => `${JSON.stringify(document, null, 2)}\n`;
writeFileSync('docs/openapi.json', json(openApiDocument(app)));
writeFileSync('docs/asyncapi.json', json(asyncApiDocument(app.get(Commands))));
writeFileSync('docs/errors.md', errorsMarkdown());
writeFileSync('docs/configuration.md', configurationMarkdown());
for (const [path, text] of Object.entries(await clientTypes())) writeFileSync(path, text);
await app.close();
rmSync(dataDir, { recursive: true });
