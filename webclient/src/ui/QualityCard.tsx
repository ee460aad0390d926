import clsx from 'clsx';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from './Avatar';
import { BrandMark } from './BrandMark';

/** One of the two legs between a camera and a screen. */
export interface Leg {
  bad: boolean;
  /** Its figure, or a word. */
  text: string;
}

export interface Stop {
  id: string;
  /** In full, for the initials. */
  name: string;
  /** As it stands under them. */
  short: string;
}

/** Whose side it is, as a picture of three stops and one sentence. */
export function QualityCard({
  title,
  from,
  to,
  first,
  second,
  text,
  children,
}: {
  title: string;
  from: Stop;
  to: Stop;
  first: Leg;
  second: Leg;
  text: string;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <section aria-label={title} className="w-[min(22.5rem,calc(100vw-3rem))] p-4">
      <h2 className="text-panel font-semibold">{title}</h2>
      <div className="mt-3 grid grid-cols-[4rem_1fr_4rem_1fr_4rem] items-start text-label">
        <StopSign name={from.short}>
          <Avatar id={from.id} name={from.name} size={40} />
        </StopSign>
        <LegLine leg={first} from={from.short} to={t('productName')} />
        <StopSign name={t('productName')}>
          <span className="inline-flex size-10 items-center justify-center rounded-full bg-surface-3">
            <BrandMark size={22} className="text-ink" />
          </span>
        </StopSign>
        <LegLine leg={second} from={t('productName')} to={to.short} />
        <StopSign name={to.short}>
          <Avatar id={to.id} name={to.name} size={40} />
        </StopSign>
      </div>
      <p className="mt-4 text-body text-ink">{text}</p>
      <div className="mt-4 flex flex-wrap items-center gap-2">{children}</div>
    </section>
  );
}

function StopSign({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col items-center gap-1.5" aria-hidden="true">
      {children}
      <span className="max-w-full truncate text-muted" dir="auto">
        {name}
      </span>
    </div>
  );
}

function LegLine({ leg, from, to }: { leg: Leg; from: string; to: string }) {
  const { t } = useTranslation();
  return (
    <div className={clsx('relative -mx-2 h-10', leg.bad ? 'text-amber-text' : 'text-green-ink')}>
      <span className="sr-only">{t('quality.leg', { from, to, word: leg.text })}</span>
      <span
        aria-hidden="true"
        className="absolute inset-x-0 bottom-[calc(50%+0.3rem)] text-center text-small font-semibold whitespace-nowrap"
      >
        {leg.text}
      </span>
      <svg
        aria-hidden="true"
        className={clsx(
          'absolute inset-x-0 top-1/2 h-1 w-full -translate-y-1/2',
          leg.bad ? 'text-amber' : 'text-green',
        )}
        preserveAspectRatio="none"
        viewBox="0 0 100 4"
      >
        <path
          d="M0 2H100"
          stroke="currentColor"
          strokeWidth="3"
          vectorEffect="non-scaling-stroke"
          {...(leg.bad && { strokeDasharray: '6 4' })}
        />
      </svg>
    </div>
  );
}
