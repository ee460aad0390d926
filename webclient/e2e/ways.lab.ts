import { expect, test } from '@playwright/test';
import { Person } from './person';

const server = process.env['PLENUM_LAB_SERVER'] ?? '';
/** As the page says it, such as "TCP, direct". */
const way = process.env['PLENUM_LAB_WAY'] ?? '';

// Run by deploy/scripts/lab.sh in each of its networks.
test('media goes by the way that the network leaves', async ({ browser }) => {
  expect(server && way, 'deploy/scripts/lab.sh says where the server is').toBeTruthy();
  const ada = await Person.open(browser, server, `Ada-${Date.now()}`, 'small', {
    ignoreHTTPSErrors: true,
  });
  await ada.signUp();
  await ada.createMeeting('Lab');
  await ada.page.getByRole('button', { name: 'Test the connection' }).click();
  await expect(ada.page.getByText(/^Your connection is (good|fair|weak)$/)).toBeVisible({
    timeout: 45_000,
  });
  await expect(ada.page.getByText(/\d+ ms, /)).toHaveText(new RegExp(`, ${way}$`));
  await ada.context.close();
});
