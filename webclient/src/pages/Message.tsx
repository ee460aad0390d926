import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { Wordmark } from '../ui/Wordmark';

/** A page that has one thing to say: what happened, and what to do next. */
export function Message({
  icon: Icon,
  title,
  text,
  children,
}: {
  icon: LucideIcon;
  title: string;
  text: string;
  children?: ReactNode;
}) {
  return (
    <div className="flex min-h-dvh flex-col bg-canvas text-ink">
      <header className="flex min-h-19 items-center px-5 sm:px-10">
        <Wordmark />
      </header>
      <main className="flex grow flex-col items-center justify-center px-6 pb-32 text-center">
        <div className="mb-6 inline-flex size-14 items-center justify-center rounded-full bg-surface-2 text-muted">
          <Icon size={26} aria-hidden="true" />
        </div>
        <h1 className="text-page text-balance">{title}</h1>
        <p className="mt-3 max-w-[28rem] text-panel text-balance text-muted">{text}</p>
        <div className="mt-8 flex flex-wrap justify-center gap-3">{children}</div>
      </main>
    </div>
  );
}
