/** Health check of the image, which has no curl. */
const url = `http://127.0.0.1:${process.env.PORT ?? 3000}/api/v1/health`;
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(3000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
