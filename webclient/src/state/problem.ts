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
