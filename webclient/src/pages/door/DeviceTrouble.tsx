import { MicOff, RefreshCw, VideoOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button';
import type { Trouble } from './trouble';

/** In place of the picture: why there is none, and what to do. One text per cause. */
export function DeviceTrouble({
  trouble,
  onRetry,
  children,
}: {
  trouble: Trouble;
  onRetry: () => void;
  /** Stands beside Try again. */
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const { device, problem } = trouble;
  const Sign = device === 'microphone' ? MicOff : VideoOff;
  return (
    <div className="flex min-h-full flex-col items-center justify-center px-4 py-6 text-center sm:px-14 flat:px-4">
      <span className="inline-flex size-14 items-center justify-center rounded-full bg-amber-fill text-amber">
        <Sign size={26} aria-hidden="true" />
      </span>
      <h2 className="mt-4 text-dialog font-semibold text-balance">
        {t(`trouble.${problem}.title.${device}`)}
      </h2>
      <p className="mt-1.5 max-w-[28rem] text-body text-balance text-muted">
        {problem === 'denied' ? t('trouble.denied.text') : t(`trouble.${problem}.text.${device}`)}
      </p>
      {problem === 'denied' && (
        <ol className="mt-5 grid w-full gap-2 text-start sm:grid-cols-3 sm:gap-3 flat:grid-cols-1 flat:gap-2">
          {(['step1', 'step2', 'step3'] as const).map((step, i) => (
            <li
              key={step}
              className="flex gap-3 rounded-card bg-surface-2 p-3 text-body sm:block sm:p-4 flat:flex flat:p-3"
            >
              <span className="tabular inline-flex size-6 shrink-0 items-center justify-center rounded-full bg-surface-3 text-label font-semibold">
                {i + 1}
              </span>
              <span className="sm:mt-2.5 sm:block flat:mt-0">
                {t(`trouble.denied.${step}.${device}`)}
              </span>
            </li>
          ))}
        </ol>
      )}
      <div className="mt-5 flex flex-wrap justify-center gap-3">
        {problem !== 'insecure' && (
          <Button
            kind="outline"
            icon={<RefreshCw size={17} aria-hidden="true" />}
            onClick={onRetry}
          >
            {t('trouble.retry')}
          </Button>
        )}
        {children}
      </div>
    </div>
  );
}
