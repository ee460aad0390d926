import { MonitorUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';

/** Reminds whoever shares that they do, with the way to stop. */
export function SharingBanner({
  withSound,
  over,
  onStop,
}: {
  withSound: boolean;
  /** Lies over the picture, under the top bar. */
  over: boolean;
  onStop: () => void;
}) {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      className={`z-20 mx-auto flex h-10 w-fit max-w-[calc(100%-2rem)] shrink-0 items-center gap-3 rounded-full bg-surface-2 ps-4 pe-1 text-body ${
        over ? 'mt-16' : 'mt-1'
      }`}
    >
      <MonitorUp size={18} className="shrink-0 text-link" aria-hidden="true" />
      <span className="hidden truncate sm:inline">
        {t(withSound ? 'meeting.sharingSound' : 'meeting.sharing')}
      </span>
      <span className="sm:hidden">{t('meeting.sharingShort')}</span>
      <button
        type="button"
        onClick={onStop}
        className="h-8 shrink-0 rounded-full bg-active px-4 font-semibold text-on-active hover:opacity-90"
      >
        {t('meeting.stopSharing')}
      </button>
    </div>
  );
}
