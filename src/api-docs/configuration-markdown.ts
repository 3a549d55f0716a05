import { EnvError, readEnv, VARIABLES } from '../infrastructure/config/env.js';

/** Keys, and addresses that carry a password: nothing for a log, a ticket or a repository. */
const SECRET = /^(DATABASE|REDIS|SMTP)_URL$|_(SECRET|KEYS?|TOKEN|PASSWORD)$/;

/** `docs/configuration.md`: every variable of the environment, for those who run a server. */
export function configurationMarkdown(): string {
  const rows = Object.entries(VARIABLES).map(([name, { description, fallback }]) => {
    const value = fallback === '' ? '–' : `\`${fallback}\``;
    return `| \`${name}\` | ${description.replaceAll('|', '\\|')} | ${value} | ${SECRET.test(name) ? 'yes' : ''} |`;
  });
  return [
    '# Configuration',
    '',
    'GoChat is configured by environment variables alone, which it reads once, when it starts. A variable that is empty counts',
    'as unset. What it cannot use it refuses, all faults at once, and does not start. `.env.example` has the same list as a file;',
    'nothing reads a `.env` by itself (`node --env-file=.env dist/main.js` does).',
    '',
    '`NODE_ENV=production`, which the image sets, insists on more:',
    '',
    ...faultsInProduction().map((fault) => `- ${fault}`),
    '',
    'All nodes of one service get the same values, but for `HOST` and `PORT`. A *secret* belongs where your platform keeps',
    'secrets, and nowhere else; `openssl rand -base64 48` makes a good one.',
    '',
    '| variable | what it is | unless set | secret |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** What an environment that says nothing but that it is production lacks. */
function faultsInProduction(): string[] {
  try {
    readEnv({ NODE_ENV: 'production' });
    return [];
  } catch (error) {
    if (error instanceof EnvError) return error.faults;
    throw error;
  }
}
