import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { copyText } from '../state/copy';
import { useToast } from './Toast';

/** Copies text and says that it did, in the words given, or that the browser forbade it. */
export function useCopying(): (text: string, copied: string) => void {
  const { t } = useTranslation();
  const toast = useToast();
  return useCallback(
    (text, copied) => {
      void copyText(text).then((done) => toast(done ? copied : t('copyFailed')));
    },
    [t, toast],
  );
}
