/**
 * Where the server is, for a page that is served from elsewhere: its build names the addresses, as `https://api.example.org`
 * and, where WebSockets go by another name, `wss://socket.example.org`. Empty for a page that comes from the server itself.
 */
export interface ServerAddress {
  api: string;
  socket: string;
}

export function addressOf(env: Record<string, unknown>): ServerAddress {
  const api = address(env['VITE_API_URL'], 'http');
  return { api, socket: address(env['VITE_SOCKET_URL'], 'ws') || api };
}

/** Without the slash at its end, for paths begin with one. */
function address(given: unknown, scheme: string): string {
  if (typeof given !== 'string' || given === '') return '';
  const url = new URL(given);
  if (url.protocol !== `${scheme}:` && url.protocol !== `${scheme}s:`) {
    throw new Error(`${given} is not of the form ${scheme}s://host`);
  }
  return url.href.replace(/\/$/, '');
}

export const server = addressOf(import.meta.env);
