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
    case 'disabled':
      return t('errors.disabled');
    case 'not_found':
      return t('errors.notFound');
    default:
      return t('errors.internal');
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof ApiError && error.code === code;
}

/** What was wrong with which field, as sentences that stand at the field: the server's reasons are in English alone. */
export function fieldTexts(t: TFunction, error: unknown): Record<string, string> {
  if (!(error instanceof ApiError) || error.code !== 'invalid') return {};
  return Object.fromEntries(
    Object.entries(error.fields).map(([field, why]) => [field, reasonText(t, why)]),
  );
}

function reasonText(t: TFunction, why: string): string {
  const most = /^has more than (\d+) characters$/.exec(why)?.[1];
  if (most !== undefined) return t('errors.why.tooLong', { count: Number(most) });
  switch (why) {
    case 'is required':
      return t('errors.why.missing');
    case 'is too long':
      return t('errors.why.long');
    case 'is not an e-mail address':
      return t('entry.errors.emailInvalid');
    case 'has nothing to see in it':
      return t('errors.why.blank');
    case 'is one of the most common passwords':
      return t('errors.why.common');
    case 'is your e-mail address or name':
      return t('errors.why.ownName');
    default:
      return t('errors.why.other');
  }
}
