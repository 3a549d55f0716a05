import { PROBLEMS } from '../delivery/errors/problem.js';

/** The text of `docs/errors.md`: every error code, for client developers. */
export function errorsMarkdown(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title, meaning }]) => `| \`${code}\` | ${status} | ${title} | ${meaning} |`,
  );
  return [
    '# Errors',
    '',
    'REST returns errors as `application/problem+json` (RFC 9457). Acknowledgements carry the same object under `error`, refused',
    'connections under `connect_error.data`. Switch on `code`, which is stable. Use `requestId` to find the request in the',
    'server’s log.',
    '',
    '| code | status | title | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
