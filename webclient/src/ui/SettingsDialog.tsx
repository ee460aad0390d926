import clsx from 'clsx';
import { RadioGroup } from 'radix-ui';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { codecChoices } from '../call';
import type { CodecChoice, Saving, SendPreferences } from '../call';
import { Button } from './Button';
import { Checkbox } from './Checkbox';
import { Dialog } from './Dialog';

/** How one sends and what one receives. Everything holds at once. */
export function SettingsDialog({
  open,
  preferences,
  available,
  saving,
  onPreferences,
  onSaving,
  onClose,
}: {
  open: boolean;
  preferences: SendPreferences;
  /** The choices that this browser has a codec for. */
  available: readonly CodecChoice[];
  saving: Saving;
  onPreferences: (preferences: SendPreferences) => void;
  onSaving: (saving: Saving) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const heading = useId();
  const set = (change: Partial<SendPreferences>) => onPreferences({ ...preferences, ...change });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('settings.title')}
      actions={<Button onClick={onClose}>{t('settings.done')}</Button>}
    >
      <Part title={t('settings.receive')}>
        <Checkbox
          label={t('meeting.dataSaver')}
          hint={t('settings.dataSaverHint')}
          checked={saving.dataSaver}
          onChange={(dataSaver) => onSaving({ ...saving, dataSaver })}
        />
        <Checkbox
          label={t('meeting.audioOnly')}
          hint={t('settings.audioOnlyHint')}
          checked={saving.audioOnly}
          onChange={(audioOnly) => onSaving({ ...saving, audioOnly })}
        />
      </Part>
      <section className="mt-6">
        <h3 id={heading} className="text-field font-semibold">
          {t('settings.codec')}
        </h3>
        <p className="mt-0.5 text-label text-muted">{t('settings.codecHint')}</p>
        <RadioGroup.Root
          aria-labelledby={heading}
          value={preferences.codec}
          onValueChange={(codec) => set({ codec: codec as CodecChoice })}
          className="mt-3 grid gap-1"
        >
          {codecChoices.map((codec) => (
            <Choice key={codec} codec={codec} usable={available.includes(codec)} />
          ))}
        </RadioGroup.Root>
      </section>
      <Part title={t('settings.sound')}>
        <Checkbox
          label={t('settings.dtx')}
          checked={preferences.dtx}
          onChange={(dtx) => set({ dtx })}
        />
        <Checkbox
          label={t('settings.fec')}
          checked={preferences.fec}
          onChange={(fec) => set({ fec })}
        />
        <Checkbox
          label={t('settings.red')}
          hint={t('settings.redHint')}
          checked={preferences.red}
          onChange={(red) => set({ red })}
        />
      </Part>
    </Dialog>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="mt-6">
      <h3 className="text-field font-semibold">{title}</h3>
      <div className="mt-3 grid gap-4">{children}</div>
    </section>
  );
}

function Choice({ codec, usable }: { codec: CodecChoice; usable: boolean }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className={clsx('flex min-h-11 items-start gap-3 py-1', !usable && 'opacity-55')}>
      <RadioGroup.Item
        id={id}
        value={codec}
        disabled={!usable}
        aria-describedby={`${id}-hint`}
        className="mt-px inline-flex size-6 shrink-0 items-center justify-center rounded-full border border-edge data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <RadioGroup.Indicator className="size-2.5 rounded-full bg-on-accent" />
      </RadioGroup.Item>
      <div>
        <label htmlFor={id} className="block text-field font-medium">
          {t(`settings.codecs.${codec}`)}
        </label>
        <p id={`${id}-hint`} className="text-label text-muted">
          {t(usable ? `settings.codecHints.${codec}` : 'settings.unavailable')}
        </p>
      </div>
    </div>
  );
}
