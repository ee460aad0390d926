/**
 * A name for something that the user did. Its requests carry it as X-Request-Id into the server's log, where a join's
 * goes on in the lines of its WebSocket.
 */
export function newAction(): string {
  // crypto.randomUUID is missing on plain HTTP; getRandomValues is not.
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
