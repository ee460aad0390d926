import { expect, test } from '@playwright/test';
import { expectPicture } from './expectations';
import { Person } from './person';
import { freePort } from './port';
import { PlenumServer } from './server';
import { StaticHost, buildFor, headersFor } from './statichost';
import type { Site } from './statichost';

// To a browser localhost and 127.0.0.1 are two sites.
test('the web client works from a host of its own, and from no other', async ({ browser }) => {
  const site: Site = { dir: '', headers: {} };
  const hosts: StaticHost[] = [];
  for (const port of [await freePort(), await freePort()]) {
    hosts.push(await StaticHost.start(site, port));
  }
  const [ours, foreign] = hosts.map(({ port }) => `http://localhost:${port}`) as [string, string];
  const server = await PlenumServer.start({ tls: true, origin: ours });
  const built = await buildFor(server.url);
  site.dir = built.dir;
  site.headers = await headersFor(server.url);
  const people: Person[] = [];
  const open = async (name: string, address: string) => {
    const options = { ignoreHTTPSErrors: true };
    const person = await Person.open(browser, address, name, 'small', options);
    people.push(person);
    return person;
  };
  try {
    const ada = await open('Ada', ours);
    await ada.signUp();
    // The cookie came from another site, and goes back there.
    const cookies = await ada.context.cookies(server.url);
    const refresh = cookies.find(({ name }) => name === '__Host-plenum_refresh');
    expect(refresh).toMatchObject({ httpOnly: true, secure: true, sameSite: 'None' });
    await ada.page.reload();
    await expect(ada.page.getByRole('button', { name: 'New meeting' }).first()).toBeVisible();

    const code = await ada.createMeeting('Apart');
    await ada.enter();
    const grace = await open('Grace', server.url);
    await grace.goto(`/m/${code}`);
    await grace.page.getByLabel('Your name').fill('Grace');
    await grace.enter();
    await expectPicture(ada, grace);
    await expectPicture(grace, ada);
    // Media and the socket survive a reload of the page from elsewhere, too.
    await ada.page.reload();
    await ada.joined();
    await expectPicture(grace, ada);

    const eve = await open('Eve', foreign);
    await eve.goto('/signup');
    const away = eve.page.getByRole('heading', { name: 'Plenum cannot be reached' });
    await expect(away).toBeVisible();
    expect(await eve.context.cookies(server.url)).toEqual([]);
    expect([...ada.refused(), ...ada.uncaught()]).toEqual([]);
  } finally {
    await Promise.all(people.map(({ context }) => context.close()));
    await Promise.all(hosts.map((host) => host.stop()));
    await server.stop();
    await built.remove();
  }
});
