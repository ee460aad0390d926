import { describe, expect, it } from 'vitest';
import { ApiClient } from './client';

/** A client of a page in some language, and the headers of what it asks. */
async function headersIn(language: string | undefined): Promise<Record<string, string>> {
  let sent: Record<string, string> = {};
  const client = new ApiClient({
    fetch: (async (_: string, init: RequestInit) => {
      sent = init.headers as Record<string, string>;
      return new Response('{}');
    }) as typeof fetch,
    language: () => language,
  });
  await client.features();
  return sent;
}

describe('what the server writes', () => {
  it('comes in the language of the page, whatever the browser would ask for', async () => {
    expect(await headersIn('ja')).toMatchObject({ 'Accept-Language': 'ja' });
  });

  it("comes in the browser's language where the page has none", async () => {
    expect(await headersIn('')).not.toHaveProperty('Accept-Language');
    expect(await headersIn(undefined)).not.toHaveProperty('Accept-Language');
  });
});
