import clsx from 'clsx';
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useOpener } from './opener';

/** A question over the page. `actions` end with the one filled button. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  aside,
  wide = false,
  children,
  actions,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  /** A few words beside the title, in place of a description under it. */
  aside?: string;
  wide?: boolean;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  const { t } = useTranslation();
  const told = description ?? aside;
  const giveBack = useOpener(open);
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade-in bg-scrim" />
        <Radix.Content
          {...(told ? {} : { 'aria-describedby': undefined })}
          onCloseAutoFocus={giveBack}
          className={clsx(
            'fixed z-50 mx-auto animate-fade-in overflow-y-auto rounded-tile bg-surface-1 p-6 text-ink shadow-float',
            wide
              ? 'inset-x-2 top-1/2 max-h-[calc(100dvh-1rem)] max-w-[67rem] -translate-y-1/2 sm:inset-x-4 sm:p-8'
              : 'inset-x-4 top-1/2 max-h-[calc(100dvh-2rem)] max-w-[30rem] -translate-y-1/2',
          )}
        >
          <div className="flex items-start justify-between gap-4">
            <div className="flex min-w-0 flex-wrap items-baseline gap-x-4">
              <Radix.Title className="text-dialog font-semibold">{title}</Radix.Title>
              {aside && (
                <Radix.Description className="text-body text-muted">{aside}</Radix.Description>
              )}
            </div>
            <Radix.Close
              aria-label={t('close')}
              className="-m-2 inline-flex size-11 shrink-0 items-center justify-center rounded-full text-muted hover:bg-surface-2 hover:text-ink"
            >
              <X size={20} />
            </Radix.Close>
          </div>
          {description && (
            <Radix.Description className="mt-2 text-body text-muted">
              {description}
            </Radix.Description>
          )}
          {children}
          {actions && <div className="mt-6 flex flex-wrap justify-end gap-3">{actions}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
