import { describe, expect, it } from 'vitest';
import { ApiClient } from './client';
import { addressOf } from './server';

describe('the address of the server', () => {
  it('is where the page came from, unless the build names another', () => {
    expect(addressOf({})).toEqual({ api: '', socket: '' });
    expect(addressOf({ VITE_API_URL: 'https://api.example.org/' })).toEqual({
      api: 'https://api.example.org',
      socket: 'https://api.example.org',
    });
    expect(
      addressOf({
        VITE_API_URL: 'https://api.example.org',
        VITE_SOCKET_URL: 'wss://s.example.org',
      }),
    ).toEqual({ api: 'https://api.example.org', socket: 'wss://s.example.org' });
  });

  it('is refused where it is none', () => {
    expect(() => addressOf({ VITE_API_URL: 'api.example.org' })).toThrow();
    expect(() => addressOf({ VITE_API_URL: 'wss://api.example.org' })).toThrow('https://host');
    expect(() => addressOf({ VITE_SOCKET_URL: 'https://s.example.org' })).toThrow('wss://host');
  });

  it('is asked with the cookie, which a browser gives to another site only when told to', async () => {
    const asked: [string, RequestCredentials | undefined][] = [];
    const answering = (server: string) =>
      new ApiClient({
        server,
        fetch: (async (url: string, init: RequestInit) => {
          asked.push([url, init.credentials]);
          return new Response('{}', { status: 401 });
        }) as typeof fetch,
        lock: (_, f) => f(),
      });
    await answering('').restore();
    await answering('https://api.example.org').restore();
    expect(asked).toEqual([
      ['/api/auth/refresh', 'same-origin'],
      ['https://api.example.org/api/auth/refresh', 'include'],
    ]);
  });
});
