import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';

import { errorsMarkdown } from '../../src/api-docs/errors-markdown.js';
import { openApiDocument } from '../../src/api-docs/openapi.js';
import { OpenApiDocument } from '../documents/openapi-document.js';
import { TestServer } from '../harness/server.js';
import { controllerRoutes } from '../support/controller-routes.js';
import { STATUS_OF_CODE } from '../support/status-of-code.js';

/**
 * The routes that need no access token. An independent copy: which routes are public must be a decision, and the
 * document is generated from the decorator that makes a route public.
 */
const PUBLIC = [
  'POST /auth/register',
  'POST /auth/login',
  'POST /auth/refresh',
  'POST /auth/password/forgotten',
  'POST /auth/password/reset',
  'POST /auth/email/verify',
  'GET /config',
  'GET /health',
  'GET /health/live',
  'GET /health/ready',
];

let server: TestServer;
let api: OpenApiDocument;
beforeAll(async () => {
  server = await TestServer.start();
  api = new OpenApiDocument((await server.rest.get('/openapi.json')).body);
});
afterAll(() => server.stop());

describe('OpenAPI document', () => {
  it('is valid OpenAPI 3.1, and every reference resolves', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(api.document));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(validator.version).toBe('3.1');
    expect(api.document.openapi).toMatch(/^3\.1\./);
    const references = JSON.stringify(api.document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    const names = new Set(Array.from(references, ([, name]) => name));
    expect(Object.keys(api.document.components.schemas).sort()).toEqual([...names].sort());
  });

  it('equals the committed document, as does docs/errors.md (after a change: npm run docs)', () => {
    expect(openApiDocument(server.running.app)).toEqual(api.document);
    expect(`${JSON.stringify(api.document, null, 2)}\n`).toBe(readFileSync('docs/openapi.json', 'utf8'));
    expect(errorsMarkdown()).toBe(readFileSync('docs/errors.md', 'utf8'));
  });

  it('lists every route of the controllers under a unique operation id', () => {
    const routes = controllerRoutes(server.running.app).map(({ name }) => name);
    expect([...api.operations.keys(), 'GET /asyncapi.json'].sort()).toEqual(routes.sort());
    const ids = Array.from(api.operations.values(), ({ operationId }) => operationId);
    expect(ids).not.toContain(undefined);
    expect(new Set(ids).size).toBe(api.operations.size);
  });

  it('states summary, security, parameters, body and answers of each route', () => {
    const routes = new Map(controllerRoutes(server.running.app).map((route) => [route.name, route]));
    for (const [name, { summary, security, parameters, requestBody, responses }] of api.operations) {
      expect(summary).toMatch(/\S/);
      expect({ name, security }).toEqual({ name, security: PUBLIC.includes(name) ? [] : [{ bearer: [] }] });
      expect({ name, takesBody: requestBody !== undefined }).toEqual({ name, takesBody: routes.get(name)?.takesBody });
      expect(parameters.filter((parameter) => parameter.in === 'path')).toEqual(
        Array.from(name.matchAll(/\{(\w+)\}/g), ([, parameter]) =>
          expect.objectContaining({
            name: parameter,
            required: true,
            schema: parameter === 'emoji' ? { type: 'string' } : { type: 'string', format: 'uuid' },
          }),
        ),
      );
      const statuses = Object.keys(responses);
      expect(statuses.filter((status) => status.startsWith('2')).length).toBeGreaterThan(0);
      expect(statuses).toContain('500');
      expect(statuses.includes('401')).toBe(!PUBLIC.includes(name) || /login|refresh/.test(name));
      expect(statuses).toContain('400');
      if (!name.startsWith('GET ')) expect(statuses).toEqual(expect.arrayContaining(['413', '415']));
      // Unblocking succeeds whether or not the block, or the user, exists.
      const mayMiss = name.includes('{') && name !== 'DELETE /users/me/blocks/{userId}';
      if (mayMiss) expect(statuses).toContain('404');
      for (const [status, { content, description }] of Object.entries(responses)) {
        expect(description).toMatch(/\S/);
        if (Number(status) < 400 || name.startsWith('GET /health')) continue;
        expect(content).toEqual({ 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } });
        for (const [, code = ''] of description.matchAll(/^`(\w+)`:/gm))
          expect(STATUS_OF_CODE[code]).toBe(Number(status));
      }
    }
  });

  it('gives each error code its documented status', () => {
    const rows = [...errorsMarkdown().matchAll(/^\| `(\w+)` \| (\d+) \|/gm)];
    expect(rows.length).toBeGreaterThan(15);
    for (const [, code = '', status] of rows)
      expect({ code, status: Number(status) }).toEqual({ code, status: STATUS_OF_CODE[code] });
  });
});

describe('API page', () => {
  it('is HTML that loads every asset from this server', async () => {
    const page = await fetch(`${server.origin}/api/v1/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    const html = await page.text();
    expect(html).toContain('<title>GoChat API</title>');
    const assets = Array.from(html.matchAll(/(?:src|href)="([^"]+)"/g), ([, url = '']) => new URL(url, page.url));
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      expect(asset.origin).toBe(server.origin);
      const response = await fetch(asset);
      expect({ asset: asset.pathname, status: response.status }).toEqual({ asset: asset.pathname, status: 200 });
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
      if (asset.pathname.endsWith('.js')) expect(response.headers.get('content-type')).toMatch(/javascript/);
      if (asset.pathname.endsWith('.css')) expect(response.headers.get('content-type')).toMatch(/^text\/css/);
    }
  });

  it('shows every route of this API', async () => {
    const init = await (await fetch(`${server.origin}/api/v1/docs/swagger-ui-init.js`)).text();
    for (const path of Object.keys(api.document.paths)) expect(init).toContain(`"${path}"`);
  });
});
