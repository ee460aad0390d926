import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { RequestError } from '../../call';
import type { Moderation } from '../../call';
import { useToast } from '../../ui/Toast';
import { useCall } from './call';

/** Asks the server; says what was done where the screen does not show it, and why it was not where it refuses. */
export function useModerate(): (what: Moderation, done?: string) => Promise<boolean> {
  const { t } = useTranslation();
  const call = useCall();
  const toast = useToast();
  return useCallback(
    async (what, done) => {
      try {
        await call.moderate(what);
        if (done) toast(done);
        return true;
      } catch (error) {
        toast(t(`host.errors.${reasonOf(error)}`));
        return false;
      }
    },
    [call, toast, t],
  );
}

/** What a refusal is called in the catalogue. */
export function reasonOf(error: unknown): 'forbidden' | 'notFound' | 'tooMany' | 'away' | 'other' {
  if (!(error instanceof RequestError)) return 'other';
  switch (error.code) {
    case 'forbidden':
      return 'forbidden';
    case 'not_found':
      return 'notFound';
    case 'too_many':
      return 'tooMany';
    case 'closed':
    case 'timeout':
      return 'away';
    default:
      return 'other';
  }
}
