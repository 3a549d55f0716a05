import { PROBLEMS } from '../delivery/errors/problem.js';

/** `docs/errors.md`: every error code, for the developers of clients. */
export function errorsMarkdown(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title, meaning }]) => `| \`${code}\` | ${status} | ${title} | ${meaning} |`,
  );
  return [
    '# Errors',
    '',
    'REST answers `application/problem+json` (RFC 9457); an acknowledgement carries the same object under `error`, and a',
    'refused connection under `connect_error.data`. Switch on `code`: it is stable. `requestId` names the request in the',
    'server’s log.',
    '',
    '| code | status | title | what it means |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
