import type { ReactNode } from 'react';

/** One word about what it stands beside. */
export function Tag({ children }: { children: ReactNode }) {
  return (
    <span className="shrink-0 rounded-full border border-hairline bg-surface-2 px-2.5 py-0.5 text-small font-medium text-ink">
      {children}
    </span>
  );
}
