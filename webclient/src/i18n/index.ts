import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import en from './en.json';
import { directionOf } from './languages';
import type { Language } from './languages';

export { browserLanguages, directionOf, isLanguage, languageCodes, languageFor } from './languages';
export { languages, localeOf } from './languages';
export type { Language } from './languages';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en };
  }
}

/** English lies in the bundle: the first screen has words at once, and a catalogue that does not come has a stand-in. */
export function startI18n(): void {
  void i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    // React escapes what it draws.
    interpolation: { escapeValue: false },
    initAsync: false,
  });
}

const catalogues: Record<Exclude<Language, 'en'>, () => Promise<{ default: object }>> = {
  de: () => import('./de.json'),
  es: () => import('./es.json'),
  fr: () => import('./fr.json'),
  ja: () => import('./ja.json'),
  ar: () => import('./ar.json'),
};

/** Goes on in another language, the page's direction with it. Rejects, and changes nothing, if its catalogue does not come. */
export async function speak(language: Language): Promise<void> {
  if (language !== 'en' && !i18next.hasResourceBundle(language, 'translation')) {
    const { default: words } = await catalogues[language]();
    i18next.addResourceBundle(language, 'translation', words);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}
