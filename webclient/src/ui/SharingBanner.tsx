import { ChevronDown } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ScreenState, SharePreset } from '../call';
import { Menu, MenuChoices, MenuLabel } from './Menu';

/** Reminds whoever shares that they do, says what others get, and has the way to stop. */
export function SharingBanner({
  screen,
  onPreset,
  onStop,
}: {
  screen: Pick<ScreenState, 'surface' | 'hasAudio' | 'preset'>;
  onPreset: (preset: SharePreset) => void;
  onStop: () => void;
}) {
  const { t } = useTranslation();
  const { surface, hasAudio, preset } = screen;
  return (
    <div
      role="status"
      className="z-20 flex h-10 max-w-full min-w-0 shrink-0 items-center gap-1 self-end rounded-full @3xl:self-center bg-[color-mix(in_srgb,var(--accent)_25%,var(--canvas))] ps-4 pe-1 text-body"
    >
      <span className="hidden min-w-0 truncate @xl:inline @3xl:group-has-data-tabs/row:hidden @6xl:group-has-data-tabs/row:inline">
        {t(hasAudio ? `share.${surface}Sound` : `share.${surface}`)}
      </span>
      <span className="min-w-0 truncate @xl:hidden @3xl:group-has-data-tabs/row:inline @6xl:group-has-data-tabs/row:hidden">
        {t('share.short')}
      </span>
      <Menu
        align="end"
        label={t('share.presetTitle')}
        trigger={
          <button
            type="button"
            aria-label={t('share.preset', { name: t(`share.${preset}`) })}
            className="inline-flex h-8 shrink-0 items-center gap-1 rounded-full px-2.5 font-medium text-link hover:bg-surface-2"
          >
            <span aria-hidden="true">{t(`share.${preset}`)}</span>
            <ChevronDown size={15} aria-hidden="true" />
          </button>
        }
      >
        <MenuLabel>{t('share.presetTitle')}</MenuLabel>
        <MenuChoices
          value={preset}
          choices={(['text', 'motion'] as const).map((value) => ({
            value,
            label: t(`share.${value}`),
            hint: t(`share.${value}Hint`),
          }))}
          onChoose={(value) => onPreset(value as SharePreset)}
        />
      </Menu>
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
