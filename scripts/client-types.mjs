import { readFileSync } from 'node:fs';

import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';

const OPENAPI = 'docs/openapi.json';
const ASYNCAPI = 'docs/asyncapi.json';

/**
 * The generated types of the client, by file. `npm run docs` writes them, and client/test/generated.spec.ts compares them
 * with the committed files.
 */
export async function clientTypes() {
  const openapi = read(OPENAPI);
  return {
    'client/src/generated/openapi.ts': head(OPENAPI) + astToString(await nodesOf(openapi)),
    'client/src/generated/events.ts': head(ASYNCAPI) + (await eventTypes(read(ASYNCAPI), openapi)),
  };
}

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const head = (path) => `// Generated from ${path}. Do not edit: change the server, then run \`npm run docs\`.\n\n`;
const nodesOf = (document) => openapiTS(document, { emptyObjectsUnknown: true });

/** The events that the server sends, the commands that it accepts, and the schemas that only the AsyncAPI document has. */
async function eventTypes({ channels, operations, components }, openapi) {
  const { messages } = channels.live;
  const named = (action) => Object.keys(operations).filter((name) => operations[name].action === action);
  const events = named('send').map((name) => `    '${name}': ${typeOf(messages[name].payload)};`);
  const commands = named('receive').map((name) => {
    const { data } = messages[`${name}.done`].payload.properties;
    return `    '${name}': { payload: ${typeOf(messages[name].payload)}; data: ${typeOf(data)} };`;
  });
  return [
    `import type { components as rest } from './openapi.js';\n`,
    await ownSchemas(components.schemas, openapi.components.schemas),
    `/** Schemas of both documents. The REST types are the same objects as in openapi.ts. */`,
    `type Schemas = rest['schemas'] & OwnSchemas;\n`,
    `/** Payloads of the events that the server sends, by name. */`,
    `export interface ServerEvents {\n${events.join('\n')}\n}\n`,
    `/** The commands that the server accepts, by name: the payload, and the data of the acknowledgement. */`,
    `export interface Commands {\n${commands.join('\n')}\n}\n`,
    `/** The names of {@link ServerEvents}. */`,
    `export const SERVER_EVENTS = [\n${named('send')
      .map((name) => `    '${name}',`)
      .join('\n')}\n] as const satisfies readonly (keyof ServerEvents)[];\n`,
  ].join('\n');
}

/** The schemas that openapi.ts does not have. A schema of both documents is imported, so that it stays one type. */
async function ownSchemas(schemas, shared) {
  const isOwn = (name) => JSON.stringify(schemas[name]) !== JSON.stringify(shared[name]);
  const [first] = (
    await nodesOf({ openapi: '3.1.0', info: { title: '', version: '' }, paths: {}, components: { schemas } })
  ).filter((node) => ts.isInterfaceDeclaration(node) && node.name.text === 'components');
  const { members } = first.members.find(({ name }) => name.text === 'schemas').type;
  const own = members.filter(({ name }) => isOwn(name.text));
  const node = ts.factory.createInterfaceDeclaration(undefined, 'OwnSchemas', undefined, undefined, own);
  return astToString([node]).replaceAll(`components["schemas"]`, 'Schemas');
}

/** The type of a payload: a schema by name, a list of one, or an empty object. */
function typeOf({ $ref, type, items }) {
  if ($ref) return `Schemas['${$ref.split('/').at(-1)}']`;
  return type === 'array' ? `${typeOf(items)}[]` : 'Record<string, never>';
}
