import { readFileSync } from 'node:fs';

import openapiTS, { astToString } from 'openapi-typescript';

const HEAD = `// Made of docs/openapi.json by openapi-typescript: change the server, then \`npm run docs\`.\n\n`;

/** Where the client's types of the REST API are. */
export const CLIENT_TYPES = 'client/src/generated/openapi.ts';

/** The client's types of the REST API, as the committed OpenAPI document gives them. */
export async function clientTypes() {
  const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
  return HEAD + astToString(await openapiTS(document, { emptyObjectsUnknown: true }));
}
