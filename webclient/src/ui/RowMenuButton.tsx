import { EllipsisVertical } from 'lucide-react';
import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';

/** Opens what can be done with somebody, at the end of their row. */
export function RowMenuButton({ name, ...rest }: ComponentProps<'button'> & { name: string }) {
  const { t } = useTranslation();
  return (
    <button
      {...rest}
      type="button"
      aria-label={t('meeting.tileMenu', { name })}
      className="-me-2 inline-flex size-8 shrink-0 items-center justify-center rounded-full text-muted hover:bg-surface-2 hover:text-ink"
    >
      <EllipsisVertical size={17} />
    </button>
  );
}
