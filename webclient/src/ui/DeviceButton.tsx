import clsx from 'clsx';
import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Output } from './ControlBar';
import { Menu, MenuChoices, MenuLabel, MenuSeparator } from './Menu';
import type { MenuChoice } from './Menu';
import { Tip } from './Tip';

/** A switch for microphone or camera, with the devices to choose from beside it. */
export function DeviceButton({
  on,
  busy,
  label,
  blocked = false,
  hotkey,
  icon,
  onToggle,
  menuLabel,
  device,
  devices,
  onDevice,
  output,
}: {
  on: boolean;
  busy: boolean;
  label: string;
  /** Pressed, it says why it does not. */
  blocked?: boolean | undefined;
  hotkey: string;
  icon: ReactNode;
  onToggle: () => void;
  menuLabel: string;
  device: string | undefined;
  devices: readonly MenuChoice[];
  onDevice: (deviceId: string) => void;
  /** Where sound comes out, which belongs to the microphone's menu. */
  output?: Output | undefined;
}) {
  const { t } = useTranslation();
  return (
    <div
      className={clsx(
        'inline-flex h-12 items-center rounded-full',
        on ? 'bg-surface-2 text-ink' : 'bg-off-fill text-off-ink ring-2 ring-off-edge ring-inset',
      )}
    >
      <Tip text={label} hotkey={hotkey}>
        <button
          type="button"
          aria-label={label}
          aria-keyshortcuts={hotkey}
          aria-busy={busy || undefined}
          aria-disabled={blocked || undefined}
          onClick={onToggle}
          className="inline-flex h-12 w-11 items-center justify-center rounded-s-full ps-1 active:scale-95 aria-disabled:opacity-60"
        >
          {icon}
        </button>
      </Tip>
      <Menu
        side="top"
        align="center"
        label={menuLabel}
        trigger={
          <button
            type="button"
            aria-label={menuLabel}
            className="inline-flex h-12 w-9 items-center justify-center rounded-e-full pe-1"
          >
            <ChevronDown size={17} />
          </button>
        }
      >
        <MenuLabel>{menuLabel}</MenuLabel>
        {devices.length === 0 ? (
          <p className="px-3 pt-1 pb-2 text-body text-muted">{t('devices.none')}</p>
        ) : (
          <MenuChoices value={device} choices={devices} onChoose={onDevice} />
        )}
        {output && (
          <>
            <MenuSeparator />
            <MenuLabel>{t('meeting.speakerMenu')}</MenuLabel>
            <MenuChoices value={output.device} choices={output.devices} onChoose={output.choose} />
          </>
        )}
      </Menu>
    </div>
  );
}
