import { Toast as Radix } from 'radix-ui';
import { createContext, useCallback, useContext, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

const ToastContext = createContext<(text: string) => void>(() => {});

/** Says one sentence that nothing else on the screen shows. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext);
}

/** One toast at a time, bottom left above the bar. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [toast, setToast] = useState<{ id: number; text: string } | null>(null);
  const show = useCallback((text: string) => {
    setToast((before) => ({ id: (before?.id ?? 0) + 1, text }));
  }, []);
  return (
    <ToastContext value={show}>
      <Radix.Provider label={t('notification')} duration={6000} swipeDirection="left">
        {children}
        {toast && (
          <Radix.Root
            key={toast.id}
            onOpenChange={(open) => !open && setToast(null)}
            className="animate-rise-in rounded-card bg-surface-2 px-4 py-3 text-body text-ink shadow-float"
          >
            <Radix.Title>{toast.text}</Radix.Title>
          </Radix.Root>
        )}
        <Radix.Viewport
          label={t('notifications')}
          className="fixed bottom-24 left-4 z-50 max-w-[min(24rem,calc(100vw-2rem))] outline-none"
        />
      </Radix.Provider>
    </ToastContext>
  );
}
