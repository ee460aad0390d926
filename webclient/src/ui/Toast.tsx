import { X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { createContext, useCallback, useContext, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** The one thing that can be done about it. */
export interface ToastAction {
  text: string;
  act: () => void;
}

type Show = (text: string, action?: ToastAction, milliseconds?: number) => void;

const ToastContext = createContext<Show>(() => {});

const shortly = 6_000;
// Long enough to think whether one wants it back.
const withAction = 10_000;

/** Says one sentence that nothing else on the screen shows, with at most one action. */
export function useToast(): Show {
  return useContext(ToastContext);
}

interface Shown {
  id: number;
  text: string;
  lasts: number;
  action?: ToastAction | undefined;
  /** Stays behind those that come meanwhile, and can be put away. */
  lasting: boolean;
}

/** One toast at a time, bottom left above the bar. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const show = useCallback((text: string, action?: ToastAction, milliseconds?: number) => {
    const lasting = milliseconds !== undefined;
    const lasts = milliseconds ?? (action ? withAction : shortly);
    setShown((before) => {
      const id = Math.max(0, ...before.map((each) => each.id)) + 1;
      const kept = lasting ? [] : before.filter((each) => each.lasting);
      return [...kept, { id, text, lasts, action, lasting }];
    });
  }, []);
  const toast = shown.at(-1);
  return (
    <ToastContext value={show}>
      <Radix.Provider label={t('notification')} duration={shortly} swipeDirection="left">
        {children}
        {toast && (
          <Radix.Root
            key={toast.id}
            duration={toast.lasts}
            // Announced politely: nothing that it says is worth an interrupted sentence.
            type="background"
            onOpenChange={(open) => {
              if (!open) setShown((before) => before.filter(({ id }) => id !== toast.id));
            }}
            className="flex animate-rise-in items-center gap-3 rounded-card bg-surface-2 px-4 py-3 text-body text-ink shadow-float"
          >
            <Radix.Title className="min-w-0 break-words">{toast.text}</Radix.Title>
            {toast.action && (
              <Radix.Action
                altText={toast.action.text}
                onClick={toast.action.act}
                className="-my-1.5 min-h-8 shrink-0 rounded-full px-3 font-semibold text-link hover:bg-surface-3"
              >
                {toast.action.text}
              </Radix.Action>
            )}
            {toast.lasting && (
              <Radix.Close
                aria-label={t('close')}
                className="-my-1.5 -me-2 inline-flex size-8 shrink-0 items-center justify-center rounded-full text-muted hover:bg-surface-3 hover:text-ink"
              >
                <X size={17} aria-hidden="true" />
              </Radix.Close>
            )}
          </Radix.Root>
        )}
        <Radix.Viewport
          label={t('notifications')}
          className="fixed start-4 bottom-24 z-50 max-w-[min(24rem,calc(100vw-2rem))] outline-none"
        />
      </Radix.Provider>
    </ToastContext>
  );
}
