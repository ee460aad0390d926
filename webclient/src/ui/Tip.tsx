import { Tooltip } from 'radix-ui';
import type { ReactNode } from 'react';

/** A tooltip; `hotkey` is the key that does the same. */
export function Tip({
  text,
  hotkey,
  side = 'top',
  children,
}: {
  text: string;
  hotkey?: string | undefined;
  side?: 'top' | 'bottom';
  children: ReactNode;
}) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          side={side}
          sideOffset={8}
          collisionPadding={8}
          className="z-50 flex animate-fade-in items-center gap-2 rounded-chip bg-active px-2.5 py-1.5 text-label font-medium text-on-active"
        >
          {text}
          {hotkey && (
            <kbd className="rounded-[5px] border border-current/35 px-1.5 font-sans text-small/5 font-semibold">
              {hotkey}
            </kbd>
          )}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
