import { Activity, Leaf, Settings, Volume2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { MenuCheck, MenuItem } from './Menu';

/** What a menu of the bar offers besides the bar's own buttons. */
export interface MoreActions {
  dataSaver: { on: boolean; toggle: () => void };
  audioOnly: { on: boolean; toggle: () => void };
  onConnection: () => void;
  onSettings: () => void;
}

export function MoreItems({ dataSaver, audioOnly, onConnection, onSettings }: MoreActions) {
  const { t } = useTranslation();
  return (
    <>
      <MenuCheck icon={<Leaf size={19} />} checked={dataSaver.on} onChange={dataSaver.toggle}>
        {t('meeting.dataSaver')}
      </MenuCheck>
      <MenuCheck icon={<Volume2 size={19} />} checked={audioOnly.on} onChange={audioOnly.toggle}>
        {t('meeting.audioOnly')}
      </MenuCheck>
      <MenuItem icon={<Activity size={19} />} onSelect={onConnection}>
        {t('meeting.connection')}
      </MenuItem>
      <MenuItem icon={<Settings size={19} />} onSelect={onSettings}>
        {t('meeting.settings')}
      </MenuItem>
    </>
  );
}
