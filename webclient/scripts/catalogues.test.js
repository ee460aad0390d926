import { describe, expect, it } from 'vitest';
import { flat, missingKeys, neededKeys, unusedKeys, wrongWithTranslation } from './catalogues.js';

const english = flat({
  join: 'Join',
  brand: 'Plenum',
  by: 'by {{name}}',
  people_one: '{{count}} person',
  people_other: '{{count}} people',
  last_one: 'not a plural: nothing ends in _other',
});
const german = {
  join: 'Teilnehmen',
  brand: 'Plenum',
  by: 'von {{name}}',
  people_one: 'eine Person',
  people_other: '{{count}} Personen',
  last_one: 'keine Mehrzahl',
};

describe('a translation', () => {
  it('with every key, form and placeholder is right', () => {
    expect(wrongWithTranslation(english, 'de', german, ['brand'])).toEqual([]);
  });

  it.each([
    ['a key', { join: undefined }, 'de: join is missing (Join)'],
    ['a placeholder', { by: 'von ihr' }, 'de: by lacks {{name}}'],
    [
      'a wrong placeholder',
      { join: 'Mit {{who}}' },
      'de: join has {{who}}, which English does not know',
    ],
    ['words', { join: 'Join' }, 'de: join is still English (Join)'],
    ['any letter', { join: ' ' }, 'de: join is empty'],
    ['its count', { people_other: 'Personen' }, 'de: people_other lacks {{count}}'],
    ['use', { leave: 'Gehen' }, 'de: leave is too much'],
    ['sameness', { brand: 'Pleno' }, 'de: brand is not the same as in English'],
  ])('is told what it lacks: %s', (_, change, want) => {
    expect(wrongWithTranslation(english, 'de', { ...german, ...change }, ['brand'])).toContain(
      want,
    );
  });

  it('needs the plural forms of its own grammar', () => {
    const forms = (language) =>
      [...neededKeys(english, language).keys()].filter((key) => key.startsWith('people'));
    expect(forms('ja')).toEqual(['people_other']);
    expect(forms('ar')).toHaveLength(6);
  });
});

describe('the sources', () => {
  const sources = [
    "const a = t('join'); const b = t(many ? 'brand' : 'by');",
    't(`titles.${page}`); t(`people`, { count })',
  ];

  it('use a key whole, in a choice, as a plural or by a template', () => {
    const words = { ...english, 'titles.home': 'Home', 'titles.a.b': 'Deep', 'other.home': 'Lost' };
    expect(unusedKeys(words, sources)).toEqual(['last_one', 'other.home']);
  });

  it('ask for nothing that is not there', () => {
    expect(missingKeys(english, [...sources, "t('people', { count }); t('gone.away')"])).toEqual([
      'gone.away',
    ]);
  });
});
