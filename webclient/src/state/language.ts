import { useTranslation } from 'react-i18next';
import { browserLanguages, isLanguage, languageFor, localeOf, speak } from '../i18n';
import type { Language } from '../i18n';
import { keep, kept } from './kept';

/** What was chosen on this device, else what the browser asks for. */
export function wantedLanguage(): Language {
  const chosen = kept('language');
  return isLanguage(chosen) ? chosen : languageFor(browserLanguages());
}

/** Changes the language here and for later visits; false if its words did not come. */
export async function chooseLanguage(language: Language): Promise<boolean> {
  try {
    await speak(language);
    keep('language', language);
    return true;
  } catch {
    return false;
  }
}

export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return isLanguage(i18n.language) ? i18n.language : 'en';
}

/** For dates and numbers. */
export function useLocale(): string {
  return localeOf(useLanguage());
}
