import clsx from 'clsx';
import { Check, ChevronRight } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

/** A button's menu. `trigger` is the button. */
export function Menu({
  trigger,
  children,
  align = 'start',
  side = 'bottom',
  label,
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: 'start' | 'center' | 'end';
  side?: 'top' | 'bottom';
  label?: string;
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          side={side}
          sideOffset={8}
          collisionPadding={12}
          aria-label={label}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) max-w-[min(22rem,calc(100vw-1.5rem))] min-w-56 animate-fade-in overflow-y-auto rounded-card bg-surface-2 p-1.5 text-ink shadow-float"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const row =
  'flex min-h-10 items-center gap-3 rounded-chip px-3 py-2 text-body outline-none select-none data-[highlighted]:bg-surface-3 data-[disabled]:opacity-55';

export function MenuItem({
  icon,
  danger = false,
  disabled,
  onSelect,
  children,
}: {
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Item
      {...(disabled === undefined ? {} : { disabled })}
      onSelect={onSelect}
      className={clsx(row, danger && 'text-danger-ink')}
    >
      {icon}
      <span className="min-w-0">{children}</span>
    </DropdownMenu.Item>
  );
}

/** A switch in a menu: the tick at its end says whether it is on. */
export function MenuCheck({
  icon,
  checked,
  onChange,
  children,
}: {
  icon?: ReactNode;
  checked: boolean;
  onChange: () => void;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.CheckboxItem checked={checked} onCheckedChange={onChange} className={row}>
      {icon}
      <span className="min-w-0 grow">{children}</span>
      <span className="inline-flex w-4 justify-center">
        <DropdownMenu.ItemIndicator>
          <Check size={16} />
        </DropdownMenu.ItemIndicator>
      </span>
    </DropdownMenu.CheckboxItem>
  );
}

/** A menu inside of a menu. */
export function MenuSub({
  icon,
  label,
  children,
}: {
  icon?: ReactNode;
  label: string;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Sub>
      <DropdownMenu.SubTrigger className={clsx(row, 'data-[state=open]:bg-surface-3')}>
        {icon}
        <span className="min-w-0 grow">{label}</span>
        <ChevronRight size={16} className="text-muted rtl:-scale-x-100" />
      </DropdownMenu.SubTrigger>
      <DropdownMenu.Portal>
        <DropdownMenu.SubContent
          collisionPadding={12}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) max-w-[min(22rem,calc(100vw-1.5rem))] min-w-52 animate-fade-in overflow-y-auto rounded-card bg-surface-2 p-1.5 text-ink shadow-float"
        >
          {children}
        </DropdownMenu.SubContent>
      </DropdownMenu.Portal>
    </DropdownMenu.Sub>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu.Label className="px-3 pt-2 pb-1 text-small font-medium text-muted">
      {children}
    </DropdownMenu.Label>
  );
}

/** Small items side by side; arrows up and down go through them. */
export function MenuRow({ children }: { children: ReactNode }) {
  return <DropdownMenu.Group className="grid grid-cols-5 gap-1">{children}</DropdownMenu.Group>;
}

export function MenuCell({
  label,
  onSelect,
  children,
}: {
  label: string;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.Item
      aria-label={label}
      onSelect={onSelect}
      className="inline-flex h-11 items-center justify-center rounded-full text-[1.375rem] leading-none outline-none data-[highlighted]:bg-surface-3"
    >
      {children}
    </DropdownMenu.Item>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="mx-3 my-1.5 h-px bg-hairline" />;
}

export interface MenuChoice {
  value: string;
  label: string;
  icon?: ReactNode;
  hint?: string;
}

/** One of several. The chosen one has a tick. */
export function MenuChoices({
  value,
  choices,
  onChoose,
}: {
  value: string | undefined;
  choices: readonly MenuChoice[];
  onChoose: (value: string) => void;
}) {
  return (
    <DropdownMenu.RadioGroup {...(value === undefined ? {} : { value })} onValueChange={onChoose}>
      {choices.map((choice) => (
        <DropdownMenu.RadioItem key={choice.value} value={choice.value} className={row}>
          <span className="inline-flex w-4 justify-center">
            <DropdownMenu.ItemIndicator>
              <Check size={16} />
            </DropdownMenu.ItemIndicator>
          </span>
          {choice.icon}
          <span className="min-w-0">
            <span className="block truncate">{choice.label}</span>
            {choice.hint && <span className="block text-small text-muted">{choice.hint}</span>}
          </span>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}
