// Fails if a catalogue of src/i18n is incomplete; part of `npm run lint`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { flat, missingKeys, unusedKeys, wrongWithTranslation } from './catalogues.js';

const source = join(import.meta.dirname, '../src');
const json = (name) => JSON.parse(readFileSync(join(source, 'i18n', name), 'utf8'));

const english = flat(json('en.json'));
const same = json('same.json');
const languages = readdirSync(join(source, 'i18n'))
  .map((name) => /^([a-z]{2})\.json$/.exec(name)?.[1])
  .filter((language) => language !== undefined && language !== 'en');
const sources = readdirSync(source, { recursive: true })
  .filter(
    (name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && !name.startsWith('protocol'),
  )
  .map((name) => readFileSync(join(source, name), 'utf8'));

const found = [
  ...languages.flatMap((language) =>
    wrongWithTranslation(english, language, flat(json(`${language}.json`)), [
      ...same.all,
      ...(same[language] ?? []),
    ]),
  ),
  ...unusedKeys(english, sources).map((key) => `en: ${key} is used nowhere`),
  ...missingKeys(english, sources).map((key) => `en: ${key} is asked for and missing`),
];
for (const each of found) console.error(each);
if (found.length > 0) {
  console.error(`\n${found.length} things to mend in src/i18n`);
  process.exitCode = 1;
}
