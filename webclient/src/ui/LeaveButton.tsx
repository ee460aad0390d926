import { LogOut, OctagonX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Menu, MenuItem } from './Menu';

/** The only solid red on the screen. Hosts are asked which of the two they mean. */
export function LeaveButton({
  host,
  compact,
  onLeave,
  onEnd,
}: {
  host: boolean;
  compact: boolean;
  onLeave: () => void;
  onEnd: () => void;
}) {
  const { t } = useTranslation();
  const look = `inline-flex h-12 shrink-0 items-center justify-center gap-2.5 rounded-full bg-danger font-semibold text-on-danger hover:bg-danger-hover ${
    compact ? 'w-14' : 'w-14 text-field xl:w-auto xl:px-5'
  }`;
  const inside = (
    <>
      <LogOut size={20} aria-hidden="true" />
      {!compact && <span className="hidden xl:inline">{t('meeting.leave')}</span>}
    </>
  );
  const name = { 'aria-label': t('meeting.leave') };
  if (!host) {
    return (
      <button type="button" {...name} onClick={onLeave} className={look}>
        {inside}
      </button>
    );
  }
  return (
    <Menu
      side="top"
      align="end"
      label={t('meeting.leave')}
      trigger={
        <button type="button" {...name} className={look}>
          {inside}
        </button>
      }
    >
      <MenuItem icon={<LogOut size={19} />} onSelect={onLeave}>
        {t('meeting.leaveMeeting')}
      </MenuItem>
      <MenuItem danger icon={<OctagonX size={19} />} onSelect={onEnd}>
        {t('meeting.endForAll')}
      </MenuItem>
    </Menu>
  );
}
