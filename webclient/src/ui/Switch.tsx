import clsx from 'clsx';
import { Switch as Radix } from 'radix-ui';
import { useTranslation } from 'react-i18next';

/** On or off, in words too. */
export function Switch({
  label,
  on,
  onChange,
  stacked = false,
}: {
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  /** The word stands under it. */
  stacked?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <span
      className={clsx(
        'inline-flex items-center',
        stacked ? 'flex-col gap-1.5' : 'flex-row-reverse gap-2.5',
      )}
    >
      <Radix.Root
        aria-label={label}
        checked={on}
        onCheckedChange={onChange}
        className="relative inline-flex h-6 w-10 shrink-0 items-center rounded-full border-2 border-edge-3 before:absolute before:-inset-2.5 before:content-[''] data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <Radix.Thumb className="size-4 translate-x-0.5 rounded-full bg-muted transition-transform duration-[120ms] data-[state=checked]:translate-x-4.5 data-[state=checked]:bg-on-accent rtl:-translate-x-0.5 rtl:data-[state=checked]:-translate-x-4.5" />
      </Radix.Root>
      <span aria-hidden="true" className="text-label font-medium">
        {t(on ? 'host.on' : 'host.off')}
      </span>
    </span>
  );
}
