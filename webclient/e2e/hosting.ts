import { expect } from '@playwright/test';
import type { Locator } from '@playwright/test';
import type { Person } from './person';

/** What a host finds in the menu of somebody's row. */
export async function choose(host: Person, of: Person, item: string): Promise<void> {
  const panel = host.page.getByRole('complementary', { name: 'People' });
  if (!(await panel.isVisible())) await host.control(/^People/).click();
  await panel.getByRole('button', { name: `More about ${of.name}` }).click();
  await host.page.getByRole('menuitem', { name: item, exact: true }).click();
}

export async function hostControls(host: Person): Promise<Locator> {
  await host.control('Host controls').click();
  const dialog = host.page.getByRole('dialog', { name: 'Host controls' });
  await expect(dialog).toBeVisible();
  return dialog;
}
