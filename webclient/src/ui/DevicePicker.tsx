import clsx from 'clsx';
import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Menu, MenuChoices, MenuLabel } from './Menu';
import type { MenuChoice } from './Menu';

/** A device by its name, with one line about it, and the others to choose from. */
export function DevicePicker({
  label,
  icon,
  name,
  note,
  trouble = false,
  value,
  choices,
  none,
  onChoose,
}: {
  label: string;
  icon: ReactNode;
  name: string;
  note: ReactNode;
  trouble?: boolean;
  value: string | undefined;
  choices: readonly MenuChoice[];
  /** What the menu says where there is nothing to choose. */
  none?: string;
  onChoose: (deviceId: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <Menu
      label={label}
      trigger={
        <button
          type="button"
          className={clsx(
            'flex h-14 w-full min-w-0 items-center gap-3.5 rounded-card bg-surface-1 px-3.5 text-start hover:bg-surface-2',
            trouble ? 'border-2 border-amber-edge' : 'border border-edge',
          )}
        >
          {icon}
          <span className="min-w-0 grow">
            <span className="sr-only">{label}: </span>
            <span className="block truncate text-body font-medium">{name}</span>
            <span
              className={clsx(
                'mt-0.5 block truncate text-small',
                trouble ? 'font-medium text-amber-ink' : 'text-muted',
              )}
            >
              {note}
            </span>
          </span>
          <ChevronDown size={18} className="text-muted" aria-hidden="true" />
        </button>
      }
    >
      <MenuLabel>{label}</MenuLabel>
      {choices.length === 0 ? (
        <p className="px-3 pt-1 pb-2 text-body text-muted">{none ?? t('devices.none')}</p>
      ) : (
        <MenuChoices value={value} choices={choices} onChoose={onChoose} />
      )}
    </Menu>
  );
}
