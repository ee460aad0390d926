import clsx from 'clsx';
import type { ComponentProps, ReactNode } from 'react';
import { Tip } from './Tip';

/** plain: nothing behind it; off: blocked or muted; on: an active toggle; hand: a person asking. */
export type IconButtonLook = 'plain' | 'soft' | 'off' | 'on' | 'hand';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label'> {
  label: string;
  icon: ReactNode;
  look?: IconButtonLook;
  hotkey?: string;
  tipSide?: 'top' | 'bottom';
  size?: 'medium' | 'large';
}

const looks: Record<IconButtonLook, string> = {
  plain: 'text-ink hover:bg-surface-2',
  soft: 'bg-surface-2 text-ink hover:bg-surface-3',
  off: 'border-2 border-off-edge bg-off-fill text-off-ink hover:brightness-115',
  on: 'bg-active text-on-active hover:opacity-90',
  hand: 'bg-amber text-on-amber hover:bg-amber-hover',
};

export function IconButton({
  label,
  icon,
  look = 'plain',
  hotkey,
  tipSide = 'top',
  size = 'large',
  className,
  children,
  type = 'button',
  ...rest
}: IconButtonProps) {
  return (
    <Tip text={label} hotkey={hotkey} side={tipSide}>
      <button
        {...rest}
        type={type}
        aria-label={label}
        {...(hotkey ? { 'aria-keyshortcuts': hotkey } : {})}
        className={clsx(
          'relative inline-flex shrink-0 items-center justify-center rounded-full',
          'transition-[background-color,opacity,transform] duration-[120ms] ease-plenum active:scale-95 disabled:opacity-45',
          size === 'large' ? 'size-12' : 'size-11',
          looks[look],
          className,
        )}
      >
        {icon}
        {children}
      </button>
    </Tip>
  );
}
