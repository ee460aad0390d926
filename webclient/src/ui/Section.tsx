import { useId } from 'react';
import type { ReactNode } from 'react';

/** A part of a page, with its heading and at most one action at the heading's end. */
export function Section({
  title,
  text,
  action,
  children,
}: {
  title: string;
  text?: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 id={id} className="text-panel font-semibold">
          {title}
        </h2>
        {action}
      </div>
      {text && <p className="mt-0.5 text-body text-muted">{text}</p>}
      <div className="mt-3">{children}</div>
    </section>
  );
}

/** What a section holds, on a surface of its own. */
export function Card({ children, className = '' }: { children: ReactNode; className?: string }) {
  return (
    <div className={`rounded-card border border-hairline bg-surface-1 p-5 sm:p-6 ${className}`}>
      {children}
    </div>
  );
}
