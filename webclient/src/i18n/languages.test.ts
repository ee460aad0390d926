import { describe, expect, it } from 'vitest';
import { directionOf, languageFor, localeOf } from './languages';

describe('languageFor', () => {
  it.each([
    [['de-AT', 'en'], 'de'],
    [['nl', 'fr-CA'], 'fr'],
    [['AR-EG'], 'ar'],
    [['nl', 'pt'], 'en'],
    [['constructor'], 'en'],
    [[], 'en'],
  ])('%j', (wanted, want) => {
    expect(languageFor(wanted)).toBe(want);
  });
});

describe('localeOf', () => {
  it.each([
    ['en', ['en-US', 'de'], 'en-US'],
    ['en', ['de-AT'], 'en-GB'],
    ['de', ['en', 'de-AT'], 'de-AT'],
    ['fr', [], 'fr'],
    ['ar', ['ar-EG'], 'ar-EG-u-nu-latn'],
  ])('%s for %j', (language, wanted, want) => {
    expect(localeOf(language, wanted)).toBe(want);
  });

  it('writes Arabic dates with the digits of the sentences around them', () => {
    const date = new Intl.DateTimeFormat(localeOf('ar', ['ar-EG']), { day: 'numeric' });
    expect(date.format(new Date(2026, 10, 23))).toBe('23');
  });
});

it('Arabic alone runs from right to left', () => {
  expect(['en', 'de', 'es', 'fr', 'ja', 'ar'].map(directionOf)).toEqual([
    'ltr',
    'ltr',
    'ltr',
    'ltr',
    'ltr',
    'rtl',
  ]);
});
