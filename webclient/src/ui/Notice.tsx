import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

/** What went wrong with a whole form or list, and what to do next. */
export function Notice({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div
      role="alert"
      className="flex items-center gap-3 rounded-card bg-off-fill px-4 py-3 text-body text-off-ink"
    >
      <CircleAlert size={20} aria-hidden="true" />
      <span className="min-w-0 grow">{children}</span>
      {action}
    </div>
  );
}
