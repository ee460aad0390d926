import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Person } from './person';

/** What the page may look like to who has set up their system so. */
export const looks = {
  light: { colorScheme: 'light', contrast: 'no-preference' },
  dark: { colorScheme: 'dark', contrast: 'no-preference' },
  'high contrast': { colorScheme: 'dark', contrast: 'more' },
} as const;

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** The page, as it is now, breaks no rule of axe in any of the looks. */
export async function expectAccessible(
  person: Person,
  what: string,
  wanted: readonly (keyof typeof looks)[] = ['light', 'dark', 'high contrast'],
): Promise<void> {
  for (const [i, look] of wanted.entries()) {
    await person.page.emulateMedia({ ...looks[look], reducedMotion: 'reduce' });
    await settled(person);
    const axe = new AxeBuilder({ page: person.page });
    // A look is colours: the other rules find the same in each.
    const { violations } = await (
      i === 0 ? axe.withTags(rules) : axe.withRules('color-contrast')
    ).analyze();
    const found = violations
      .map(({ id, help, nodes }) => ({
        rule: `${id}: ${help}`,
        nodes: nodes
          // What floats over the page while it is open belongs to no part of it.
          .filter(({ html }) => id !== 'region' || !html.includes('data-radix-popper'))
          .map(({ html, failureSummary }) => `${html} ${failureSummary ?? ''}`),
      }))
      .filter(({ nodes }) => nodes.length > 0);
    expect.soft(found, `${what}, ${look}`).toEqual([]);
  }
}

/** Colours on their way from one look to the next belong to neither. */
async function settled(person: Person): Promise<void> {
  await person.page.evaluate(async () => {
    const frame = () => new Promise((next) => requestAnimationFrame(next));
    const ending = () =>
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity);
    do {
      await frame();
      await frame();
    } while (ending().length > 0);
  });
}

/** In a meeting, which is dark whatever the theme. */
export function expectAccessibleStage(person: Person, what: string): Promise<void> {
  return expectAccessible(person, what, ['dark', 'high contrast']);
}
