import { expect, test } from './fixtures';
import type { Person } from './person';

async function write(by: Person, text: string): Promise<void> {
  const field = by.page.getByRole('complementary', { name: 'Chat' }).locator('textarea');
  await field.fill(text);
  await field.press('Enter');
}

const log = (of: Person) => of.page.getByRole('log');

test('the chat: private, answers, changes, reactions, and what is unread', async ({ member }) => {
  const ada = await member('Ada');
  const grace = await member('Grace');
  const alan = await member('Alan');
  const code = await ada.createMeeting('Words');
  await ada.enter();
  await grace.joinByCode(code);
  await alan.joinByCode(code);
  for (const each of [ada, grace, alan]) {
    await each.control('Stop camera').click();
    await each.control(/^Chat/).click();
  }

  await test.step('markup is drawn as the little that it may be', async () => {
    await write(ada, 'See **this**: `a < b` and https://plenum.example/x <img src=x>');
    const line = log(grace);
    await expect(line.locator('strong')).toHaveText('this');
    await expect(line.locator('code')).toHaveText('a < b');
    await expect(line.getByRole('link', { name: 'https://plenum.example/x' })).toBeVisible();
    await expect(line).toContainText('<img src=x>');
    await expect(line.locator('img')).toHaveCount(0);
  });

  await test.step('an answer quotes what it answers', async () => {
    await log(grace).getByText('See', { exact: true }).hover();
    await grace.control('Reply to Ada').click();
    await write(grace, 'I see it');
    await expect(log(alan)).toContainText('I see it');
    await expect
      .poll(() => alan.state((s) => s.chat.at(-1)?.replyTo))
      .toBe(await alan.state((s) => s.chat[0]?.number));
  });

  await test.step('a reaction counts, and is taken back', async () => {
    await log(grace).getByText('See', { exact: true }).hover();
    await grace.control('React to Ada').first().click();
    await grace.control('Party').click();
    await expect(ada.control('Party, 1 person')).toBeVisible();
    await ada.control('Party, 1 person').click();
    await expect(alan.control('Party, 2 people')).toBeVisible();
    await ada.control('Party, 2 people').click();
    await expect(alan.control('Party, 1 person')).toBeVisible();
  });

  await test.step('what was written can be changed and deleted', async () => {
    await log(grace).getByText('I see it').hover();
    await grace.control('More about the message of Grace').click();
    await grace.page.getByRole('menuitem', { name: 'Edit' }).click();
    await expect(grace.page.getByLabel('Edit your message')).toHaveValue('I see it');
    await write(grace, 'I see it now');
    await expect(log(alan)).toContainText('I see it now');
    await expect(log(alan)).toContainText('edited');
    await log(grace).getByText('I see it now').hover();
    await grace.control('More about the message of Grace').click();
    await grace.page.getByRole('menuitem', { name: 'Delete' }).click();
    await expect(log(alan)).toContainText('This message was deleted.');
    await expect(log(alan)).not.toContainText('I see it now');
  });

  await test.step('a private message reaches one person, and the server keeps it from the others', async () => {
    await grace.control('Whom it is for: To everyone').click();
    await grace.page.getByRole('button', { name: 'Ada', exact: true }).click();
    await write(grace, 'between us');
    await expect(log(ada)).toContainText('Privately to you');
    await expect(log(ada)).toContainText('between us');
    await write(ada, 'for all to read');
    await expect(log(alan)).toContainText('for all to read');
    expect(await alan.state((s) => s.chat.map(({ text }) => text))).not.toContain('between us');
  });

  await test.step('others see that somebody is writing', async () => {
    await alan.page.getByLabel('Message everyone').pressSequentially('hm');
    await expect(ada.page.getByText('Alan is writing')).toBeVisible();
    await expect(ada.page.getByText('Alan is writing')).toHaveCount(0, { timeout: 15_000 });
  });

  await test.step('what came while the chat was closed is counted and marked', async () => {
    await alan.control('Close Chat').click();
    await write(ada, 'one');
    await write(ada, 'two');
    await expect(alan.page.locator('#chat-unread')).toHaveText('2 new messages');
    await alan.control(/^Chat/).click();
    await expect(log(alan)).toContainText('2 new messages');
    await expect(alan.page.locator('#chat-unread')).toHaveText('');
  });
});

test('storms of letters and marks stay inside their lines', async ({ member }) => {
  const ada = await member('Ada');
  await ada.createMeeting('Storm');
  await ada.enter();
  await ada.control('Stop camera').click();
  await ada.control(/^Chat/).click();
  await write(ada, 'x'.repeat(4000));
  await write(ada, '👩‍👩‍👧‍👦'.repeat(150));
  await write(ada, '\u202Egnp.evil\u202C and **'.repeat(100));
  await expect
    .poll(() => ada.state((s) => s.chat.filter((c) => c.status === 'stored').length))
    .toBe(3);
  await ada.page
    .getByRole('complementary', { name: 'Chat' })
    .locator('textarea')
    .fill('y'.repeat(10_000));
  await expect(ada.page.getByRole('alert')).toContainText('too long');
  const over = await log(ada).evaluate((box) => box.scrollWidth - box.clientWidth);
  expect(over).toBeLessThanOrEqual(0);
});
