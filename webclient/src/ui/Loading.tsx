import { useTranslation } from 'react-i18next';
import { Spinner } from './Spinner';

/** A whole page that waits. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      className="flex min-h-dvh items-center justify-center gap-3 bg-canvas text-body text-muted"
    >
      <Spinner />
      {t('loading')}
    </div>
  );
}
