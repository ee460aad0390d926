import { test as base } from '@playwright/test';
import { Person } from './person';
import type { Camera } from './person';
import { PlenumServer } from './server';

interface Fixtures {
  server: PlenumServer;
  /** Opens a window for somebody new, who may reach the server by another address. */
  open(name: string, camera?: Camera, address?: string): Promise<Person>;
  /** Somebody new who has an account and stands on the dashboard. */
  member(name: string, camera?: Camera, address?: string): Promise<Person>;
}

export const test = base.extend<Fixtures>({
  server: async ({}, use, info) => {
    const server = await PlenumServer.start();
    await use(server);
    await server.stop();
    if (info.status !== info.expectedStatus) {
      await info.attach('server.log', { body: server.log, contentType: 'text/plain' });
      console.log(`--- server log of "${info.title}"\n${tail(server.log, 60)}\n---`);
    }
  },

  open: async ({ browser, server }, use, info) => {
    const people: Person[] = [];
    await use(async (name, camera, address = server.url) => {
      const person = await Person.open(browser, address, name, camera);
      people.push(person);
      return person;
    });
    if (info.status !== info.expectedStatus) await explain(people, server);
    const uncaught = people.flatMap((each) => each.uncaught());
    await Promise.all(people.map(({ context }) => context.close()));
    if (uncaught.length > 0) throw new Error(`uncaught in a page: ${uncaught.join('\n')}`);
    const strangers = people.flatMap((each) => each.strangers());
    if (strangers.length > 0) throw new Error(`requests to others: ${strangers.join('\n')}`);
    const refused = people.flatMap((each) => each.refused());
    if (refused.length > 0) throw new Error(`refused or failed in a page: ${refused.join('\n')}`);
  },

  member: async ({ open }, use) => {
    await use(async (name, camera, address) => {
      const person = await open(name, camera, address);
      await person.signUp();
      return person;
    });
  },
});

export { expect } from '@playwright/test';

async function explain(people: Person[], server: PlenumServer): Promise<void> {
  const codes = new Set<string>();
  for (const person of people) {
    const code = /\/m\/([0-9a-z-]{11})/.exec(person.page.url())?.[1];
    if (code) codes.add(code);
    const state = await person.state((s) => s).catch(() => undefined);
    const stats = await person.stats().catch(() => undefined);
    const down = stats?.down.filter((slot) => slot.number > 0 || slot.packetsReceived > 0);
    console.log(`--- ${person.name} at ${person.page.url()}`);
    console.log(JSON.stringify({ ...state, chat: state?.chat.length }));
    console.log(JSON.stringify({ ...stats, down }));
  }
  for (const code of codes) console.log(`--- room ${code}\n${await server.rooms(code)}`);
}

function tail(text: string, lines: number): string {
  return text.split('\n').slice(-lines).join('\n');
}
