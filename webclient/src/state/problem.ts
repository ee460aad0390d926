import type { TFunction } from 'i18next';
import { ApiError } from '../api';

/** What a person reads when a request failed: the cause and what to do, never a code. */
export function problemText(t: TFunction, error: unknown): string {
  if (!(error instanceof ApiError)) return t('errors.internal');
  switch (error.code) {
    case 'network':
      return t('errors.network');
    case 'too_many':
      return error.retryAfter === undefined
        ? t('errors.tooMany')
        : t('errors.tooManyIn', { count: error.retryAfter });
    case 'unavailable':
      return t('errors.unavailable');
    case 'forbidden':
      return t('errors.forbidden');
    case 'not_found':
      return t('errors.notFound');
    default:
      return t('errors.internal');
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof ApiError && error.code === code;
}

/** What was wrong with which field, as sentences: the server says "is too long", and not of what. */
export function fieldTexts(t: TFunction, error: unknown): Record<string, string> {
  if (!(error instanceof ApiError) || error.code !== 'invalid') return {};
  return Object.fromEntries(
    Object.entries(error.fields).map(([field, why]) => {
      const name = known.find((each) => each === field) ?? 'other';
      return [field, t('errors.field', { what: t(`errors.what.${name}`), why })];
    }),
  );
}

const known = ['name', 'email', 'password', 'title'] as const;
