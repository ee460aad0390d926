/*
 * What can be wrong with the catalogues of src/i18n: a key that one language lacks or has too much, a plural form that
 * its grammar asks for, another set of {{placeholders}}, words left in English, a key that no source uses, and a key
 * that a source uses and no catalogue has.
 *
 * Each function takes flat catalogues, { 'door.join': 'Join now' }, and returns sentences, none if all is well.
 */

const plural = /_(zero|one|two|few|many|other)$/;

/** { a: { b: 'c' } } as { 'a.b': 'c' }. */
export function flat(tree, path = '') {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string'
        ? [[path + key, value]]
        : Object.entries(flat(value, `${path}${key}.`)),
    ),
  );
}

/** The keys that a language needs for what English says: its own plural forms in place of English ones. */
export function neededKeys(english, language) {
  const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const needed = new Map();
  for (const [key, text] of Object.entries(english)) {
    const form = plural.exec(key)?.[1];
    const base = key.replace(plural, '');
    const counted = form !== undefined && `${base}_other` in english;
    if (!counted) needed.set(key, text);
    else for (const each of forms) needed.set(`${base}_${each}`, english[`${base}_other`]);
  }
  return needed;
}

export function wrongWithTranslation(english, language, words, same = []) {
  const needed = neededKeys(english, language);
  const found = [];
  for (const [key, text] of needed) {
    const translated = words[key];
    if (translated === undefined) found.push(`${language}: ${key} is missing (${text})`);
    else
      found.push(
        ...wrongWithText(key, english[key] ?? text, translated).map((why) => `${language}: ${why}`),
      );
    if (translated === english[key] && /\p{L}{2}/u.test(bare(text)) && !same.includes(key)) {
      found.push(`${language}: ${key} is still English (${text})`);
    }
  }
  for (const key of Object.keys(words)) {
    if (!needed.has(key)) found.push(`${language}: ${key} is too much`);
  }
  for (const key of same) {
    if (words[key] !== english[key])
      found.push(`${language}: ${key} is not the same as in English`);
  }
  return found;
}

function wrongWithText(key, english, translated) {
  if (translated.trim() === '') return [`${key} is empty`];
  const want = placeholders(english);
  const have = placeholders(translated);
  // "One meeting is live" need not say the number, and Arabic has a form for two.
  const optional = /_(zero|one|two)$/.test(key) ? ['count'] : [];
  const missing = want.filter((each) => !have.includes(each) && !optional.includes(each));
  const extra = have.filter((each) => !want.includes(each) && each !== 'count');
  return [
    ...missing.map((each) => `${key} lacks {{${each}}}`),
    ...extra.map((each) => `${key} has {{${each}}}, which English does not know`),
  ];
}

function placeholders(text) {
  return [...new Set([...text.matchAll(/\{\{?\s*([\w.-]+)[^}]*\}?\}/g)].map(([, name]) => name))];
}

function bare(text) {
  return text.replace(/\{\{?[^}]*\}?\}/g, '');
}

/** Keys that no source names, neither whole nor by a template such as `themes.${name}`. */
export function unusedKeys(english, sources) {
  const whole = new Set();
  const patterns = [];
  for (const source of sources) {
    for (const [, , text] of source.matchAll(/(['"])((?:(?!\1)[^\\\n]|\\.)*)\1/g)) whole.add(text);
    for (const text of templates(source)) {
      const parts = text.split(/\$\{[^}]*\}/);
      if (parts.length > 1 && parts[0].includes('.')) patterns.push(asPattern(parts));
      else whole.add(text);
    }
  }
  return Object.keys(english).filter((key) => {
    const base = key.replace(plural, '');
    return ![key, base].some(
      (each) => whole.has(each) || patterns.some((pattern) => pattern.test(each)),
    );
  });
}

function templates(source) {
  return [...source.matchAll(/`((?:[^`\\]|\\.)*)`/g)].map(([, text]) => text);
}

function asPattern(parts) {
  return new RegExp(
    `^${parts.map((each) => each.replace(/[.*+?^$()|[\]\\]/g, '\\$&')).join('.+')}$`,
  );
}

/** What sources ask `t` for and English does not have. The compiler finds these too, but not in plain scripts. */
export function missingKeys(english, sources) {
  const known = new Set(Object.keys(english).flatMap((key) => [key, key.replace(plural, '')]));
  const asked = sources.flatMap((source) =>
    [...source.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map(([, key]) => key),
  );
  return [...new Set(asked)].filter((key) => !known.has(key));
}
