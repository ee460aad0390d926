import clsx from 'clsx';
import type { ComponentProps, ReactNode } from 'react';
import { Spinner } from './Spinner';

export type ButtonKind =
  'primary' | 'ink' | 'outline' | 'soft' | 'danger' | 'danger-outline' | 'amber';
export type ButtonSize = 'small' | 'medium' | 'large';

export interface ButtonProps extends ComponentProps<'button'> {
  kind?: ButtonKind;
  size?: ButtonSize;
  icon?: ReactNode;
  /** Work is under way: keeps its width, is not pressed twice. */
  busy?: boolean;
}

const kinds: Record<ButtonKind, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover',
  ink: 'bg-active text-on-active hover:opacity-90',
  outline: 'border border-edge bg-surface-1 text-ink hover:bg-surface-2',
  soft: 'bg-surface-2 text-ink hover:bg-surface-3',
  danger: 'bg-danger text-on-danger hover:bg-danger-hover',
  'danger-outline': 'border border-off-edge text-danger-ink hover:bg-off-fill hover:text-off-ink',
  amber: 'bg-amber text-on-amber hover:bg-amber-hover',
};

const sizes: Record<ButtonSize, string> = {
  small: 'min-h-8 px-4 text-body',
  medium: 'min-h-11 px-5 text-body',
  large: 'min-h-12 px-6 text-field',
};

export function buttonClass(kind: ButtonKind = 'primary', size: ButtonSize = 'medium'): string {
  return clsx(
    'inline-flex items-center justify-center gap-2 rounded-full py-1.5 text-center font-[550] no-underline',
    'transition-[background-color,opacity,transform] duration-[120ms] ease-plenum active:scale-[0.98]',
    'aria-disabled:cursor-default aria-disabled:opacity-55 disabled:opacity-55',
    kinds[kind],
    sizes[size],
  );
}

export function Button({
  kind = 'primary',
  size = 'medium',
  icon,
  busy = false,
  className,
  children,
  type = 'button',
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      className={clsx(buttonClass(kind, size), className)}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}
