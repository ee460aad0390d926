/** Each language under the name that its own speakers look for. */
export const languages = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  ja: '日本語',
  ar: 'العربية',
} as const;

export type Language = keyof typeof languages;

export const languageCodes = Object.keys(languages) as Language[];

export function isLanguage(value: string | null | undefined): value is Language {
  return typeof value === 'string' && Object.hasOwn(languages, value);
}

export function directionOf(language: string): 'ltr' | 'rtl' {
  return language === 'ar' ? 'rtl' : 'ltr';
}

/** The first of the browser's languages that there is a catalogue for: "de-AT" asks for German. */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const [primary] = tag.toLowerCase().split('-');
    if (isLanguage(primary)) return primary;
  }
  return 'en';
}

/**
 * What Intl is asked for: the reader's own country where the browser names one ("en-US" has another clock than
 * "en-GB"), and digits that agree with those in the sentences around them.
 */
export function localeOf(language: string, wanted: readonly string[] = browserLanguages()): string {
  const own = wanted.find((tag) => tag.toLowerCase().startsWith(`${language}-`));
  const locale = own ?? (language === 'en' ? 'en-GB' : language);
  return language === 'ar' && !locale.includes('-u-') ? `${locale}-u-nu-latn` : locale;
}

export function browserLanguages(): readonly string[] {
  return globalThis.navigator?.languages ?? [];
}
