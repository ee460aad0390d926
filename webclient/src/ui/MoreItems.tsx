import { Activity, Keyboard, Leaf, Settings } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { savings } from '../call';
import type { Saving } from '../call';
import { MenuChoices, MenuItem, MenuSub } from './Menu';

/** What a menu of the bar offers besides the bar's own buttons. */
export interface MoreActions {
  saving: Saving;
  onSaving: (saving: Saving) => void;
  onConnection: () => void;
  onSettings: () => void;
  /** Undefined on a device without a keyboard. */
  onShortcuts?: (() => void) | undefined;
}

export function MoreItems({
  saving,
  onSaving,
  onConnection,
  onSettings,
  onShortcuts,
}: MoreActions) {
  const { t } = useTranslation();
  return (
    <>
      <MenuSub icon={<Leaf size={19} />} label={t('saving.title')}>
        <MenuChoices
          value={saving}
          choices={savings.map((value) => ({ value, label: t(`saving.${value}`) }))}
          onChoose={(value) => onSaving(value as Saving)}
        />
      </MenuSub>
      <MenuItem icon={<Activity size={19} />} onSelect={onConnection}>
        {t('meeting.connection')}
      </MenuItem>
      {onShortcuts && (
        <MenuItem icon={<Keyboard size={19} />} onSelect={onShortcuts}>
          {t('shortcuts.title')}
        </MenuItem>
      )}
      <MenuItem icon={<Settings size={19} />} onSelect={onSettings}>
        {t('meeting.settings')}
      </MenuItem>
    </>
  );
}
