import { describe, expect, it } from 'vitest';
import { newAction } from './action';
import { ApiClient } from './client';

interface Call {
  method: string;
  path: string;
  authorization: string | undefined;
  headers: Record<string, string>;
  body: unknown;
}

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> } | Error;

const user = { id: 'u1', email: 'ada@example.com', name: 'Ada', createdAt: '2026-01-01T00:00:00Z' };
const credentials = (token: string) => ({ user, accessToken: token, expiresIn: 900 });
const expired: Answer = { status: 401, body: { code: 'unauthorized', message: 'no' } };

/** A client whose server answers each path from its own list; the last answer repeats. */
function fakeApi(answers: Record<string, Answer[]>) {
  const calls: Call[] = [];
  const clock = { now: 0, actions: 0 };
  const client = new ApiClient({
    fetch: (async (path: string, init: RequestInit) => {
      const headers = init.headers as Record<string, string>;
      calls.push({
        method: init.method ?? '',
        path,
        authorization: headers['Authorization'],
        headers,
        body: init.body === undefined ? undefined : JSON.parse(String(init.body)),
      });
      const list = answers[`${init.method} ${path}`] ?? [];
      const answer = list.length > 1 ? list.shift()! : list[0];
      if (answer === undefined) throw new Error(`nobody answers ${init.method} ${path}`);
      if (answer instanceof Error) throw answer;
      const { status = 200, body, headers: sent } = answer;
      const text =
        body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
      return new Response(text, { status, headers: sent });
    }) as typeof fetch,
    lock: (_, f) => f(),
    now: () => clock.now,
    name: () => `action-${++clock.actions}`,
  });
  const paths = () => calls.map(({ method, path }) => `${method} ${path}`);
  return { client, calls, clock, paths };
}

describe('the session', () => {
  it('is restored from the cookie, with the header that foreign pages cannot send', async () => {
    const { client, calls } = fakeApi({
      'POST /api/auth/refresh': [{ body: credentials('t1') }],
    });
    expect(client.session()).toEqual({ phase: 'unknown' });
    expect(await client.restore()).toEqual({ phase: 'in', user });
    expect(calls[0]).toMatchObject({ headers: { 'X-Plenum': '1' }, body: {} });
  });

  it('is out when the cookie is refused, and unknown while the server is away', async () => {
    const refused = fakeApi({ 'POST /api/auth/refresh': [expired] });
    expect(await refused.client.restore()).toEqual({ phase: 'out' });
    const away = fakeApi({ 'POST /api/auth/refresh': [new TypeError('failed to fetch')] });
    await expect(away.client.restore()).rejects.toMatchObject({ code: 'network', status: 0 });
    expect(away.client.session()).toEqual({ phase: 'unknown' });
  });

  it('begins with sign-in and ends with sign-out, and tells its listeners', async () => {
    const { client, calls } = fakeApi({
      'POST /api/auth/login': [{ body: credentials('t1') }],
      'POST /api/auth/logout': [{ status: 204 }],
    });
    let told = 0;
    client.subscribe(() => told++);
    expect(await client.login('ada@example.com', 'secret')).toEqual(user);
    expect(calls[0]?.body).toEqual({ email: 'ada@example.com', password: 'secret' });
    await client.logout();
    expect(client.session()).toEqual({ phase: 'out' });
    expect(told).toBe(2);
  });

  it('is out here even if the server cannot be told', async () => {
    const { client } = fakeApi({
      'POST /api/auth/login': [{ body: credentials('t1') }],
      'POST /api/auth/logout': [new TypeError('failed to fetch')],
    });
    await client.login('a', 'b');
    await expect(client.logout()).rejects.toMatchObject({ code: 'network' });
    expect(client.session()).toEqual({ phase: 'out' });
  });
});

describe('an expired token', () => {
  it('is refreshed once for all requests that were refused, and each is tried again', async () => {
    const { client, calls, paths } = fakeApi({
      'POST /api/auth/login': [{ body: credentials('t1') }],
      'POST /api/auth/refresh': [{ body: credentials('t2') }],
      'GET /api/auth/me': [expired, { body: { user } }],
      'GET /api/meetings': [expired, { body: { meetings: [] } }],
    });
    await client.login('a', 'b');
    await Promise.all([client.me(), client.meetings()]);
    expect(paths().filter((each) => each.endsWith('/refresh'))).toHaveLength(1);
    const me = calls.filter(({ path }) => path === '/api/auth/me');
    expect(me.map(({ authorization }) => authorization)).toEqual(['Bearer t1', 'Bearer t2']);
  });

  it('is refreshed before it is used when we know that it is old', async () => {
    const { client, clock, paths } = fakeApi({
      'POST /api/auth/login': [{ body: credentials('t1') }],
      'POST /api/auth/refresh': [{ body: credentials('t2') }],
      'GET /api/auth/me': [{ body: { user } }],
    });
    await client.login('a', 'b');
    clock.now = 899_000;
    await client.me();
    expect(paths()).toEqual(['POST /api/auth/login', 'POST /api/auth/refresh', 'GET /api/auth/me']);
  });

  it('ends the session when the refresh is refused too', async () => {
    const { client, paths } = fakeApi({
      'POST /api/auth/login': [{ body: credentials('t1') }],
      'POST /api/auth/refresh': [expired],
      'GET /api/auth/me': [expired],
    });
    await client.login('a', 'b');
    await expect(client.me()).rejects.toMatchObject({ status: 401 });
    expect(client.session()).toEqual({ phase: 'out' });
    expect(paths().filter((each) => each.endsWith('/me'))).toHaveLength(1);
  });

  it('is not what a wrong password means', async () => {
    const { client, paths } = fakeApi({ 'POST /api/auth/login': [expired] });
    await expect(client.login('a', 'wrong')).rejects.toMatchObject({ code: 'unauthorized' });
    expect(paths()).toEqual(['POST /api/auth/login']);
  });
});

describe('an action', () => {
  const names = (calls: Call[]) => calls.map(({ headers }) => headers['X-Request-Id']);

  it('has a name of its own, which its second try keeps', async () => {
    const { client, calls } = fakeApi({
      'POST /api/auth/login': [{ body: credentials('t1') }],
      'POST /api/auth/refresh': [{ body: credentials('t2') }],
      'GET /api/auth/me': [expired, { body: { user } }],
    });
    await client.login('a', 'b');
    await client.me();
    await client.me();
    const [login, first, refresh, again, second] = names(calls);
    expect(again).toBe(first);
    expect(new Set([login, first, refresh, second]).size).toBe(4);
  });

  it('is named in its refusal as the server named it', async () => {
    const { client } = fakeApi({
      'POST /api/auth/login': [
        { status: 500, body: { code: 'internal' }, headers: { 'X-Request-Id': 'from-the-log' } },
      ],
      'POST /api/auth/register': [new Error('no network')],
    });
    await expect(client.login('a', 'b')).rejects.toMatchObject({ request: 'from-the-log' });
    await expect(client.register('a', 'b', 'c')).rejects.toMatchObject({ request: 'action-2' });
  });

  it('is named so that the server takes it', () => {
    const given = newAction();
    expect(given).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
    expect(newAction()).not.toBe(given);
  });
});

describe('a refusal', () => {
  it('carries code, sentence, fields and when to come back', async () => {
    const body = { code: 'invalid', message: 'Look again.', fields: { email: 'not an address' } };
    const { client } = fakeApi({
      'POST /api/auth/register': [{ status: 400, body, headers: { 'Retry-After': '7' } }],
    });
    await expect(client.register('x', 'y', 'z')).rejects.toMatchObject({
      status: 400,
      ...body,
      retryAfter: 7,
    });
  });

  it.each([
    [502, 'unavailable'],
    [504, 'unavailable'],
    [500, 'internal'],
  ])('by somebody in between, with %d, is %s', async (status, code) => {
    const { client } = fakeApi({
      'POST /api/auth/login': [{ status, body: '<html>Bad gateway</html>' }],
    });
    await expect(client.login('a', 'b')).rejects.toMatchObject({ status, code });
  });
});

describe('meetings', () => {
  it('are reached by code, and guests join with a name', async () => {
    const { client, calls, paths } = fakeApi({
      'POST /api/auth/refresh': [expired],
      'GET /api/meetings/abcde-fghjk': [{ body: { meeting: { code: 'abcde-fghjk' } } }],
      'POST /api/meetings/abcde-fghjk/join': [{ body: { grant: 'g' } }],
      'GET /api/meetings/abcde-fghjk/messages?before=51&limit=50': [
        { body: { messages: [], more: false } },
      ],
      'DELETE /api/meetings/a%2Fb': [{ status: 204 }],
    });
    await client.restore();
    await client.meeting('abcde-fghjk');
    await client.joinMeeting('abcde-fghjk', 'Guest');
    await client.messages('abcde-fghjk', 51, 50);
    await client.deleteMeeting('a/b');
    expect(paths()).toHaveLength(5);
    expect(calls[2]?.body).toEqual({ name: 'Guest' });
  });
});
