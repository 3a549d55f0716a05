import { EnvError, readEnv, VARIABLES } from '../infrastructure/config/env.js';

/** Variables that contain a key or a password and must not appear in logs, tickets or repositories. */
const SECRET = /^(DATABASE|REDIS|SMTP)_URL$|_(SECRET|KEYS?|TOKEN|PASSWORD)$/;

/** The text of `docs/configuration.md`: every environment variable, for operators. */
export function configurationMarkdown(): string {
  const rows = Object.entries(VARIABLES).map(([name, { description, fallback }]) => {
    const value = fallback === '' ? '–' : `\`${fallback}\``;
    return `| \`${name}\` | ${description.replaceAll('|', '\\|')} | ${value} | ${SECRET.test(name) ? 'yes' : ''} |`;
  });
  return [
    '# Configuration',
    '',
    'Configure GoChat by environment variables. It reads them once, at start. An empty variable counts as unset. If a value is',
    'invalid, the server lists all faults and does not start. `.env.example` contains the same variables; no `.env` file is read',
    'automatically, so start with `node --env-file=.env dist/main.js` to use one.',
    '',
    '`NODE_ENV=production`, which the image sets, has more requirements:',
    '',
    ...faultsInProduction().map((fault) => `- ${fault}`),
    '',
    'Give all nodes of one service the same values, except `HOST` and `PORT`. Keep a *secret* in your platform’s secret store',
    'only; `openssl rand -base64 48` generates a good one.',
    '',
    '| variable | meaning | default | secret |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The faults of an environment that sets only `NODE_ENV=production`. */
function faultsInProduction(): string[] {
  try {
    readEnv({ NODE_ENV: 'production' });
    return [];
  } catch (error) {
    if (error instanceof EnvError) return error.faults;
    throw error;
  }
}
