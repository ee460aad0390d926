import clsx from 'clsx';
import { RadioGroup } from 'radix-ui';
import { useId } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { codecChoices, savings } from '../call';
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
  children,
}: {
  open: boolean;
  preferences: SendPreferences;
  /** The choices that this browser has a codec for. */
  available: readonly CodecChoice[];
  saving: Saving;
  onPreferences: (preferences: SendPreferences) => void;
  onSaving: (saving: Saving) => void;
  onClose: () => void;
  /** What the page itself has to set. */
  children?: ReactNode;
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
        <RadioGroup.Root
          aria-label={t('saving.title')}
          value={saving}
          onValueChange={(value) => onSaving(value as Saving)}
          className="grid gap-1"
        >
          {savings.map((each) => (
            <Radio
              key={each}
              value={each}
              label={t(`saving.${each}`)}
              hint={t(`saving.hints.${each}`)}
            />
          ))}
        </RadioGroup.Root>
      </Part>
      {children}
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
            <Radio
              key={codec}
              value={codec}
              label={t(`settings.codecs.${codec}`)}
              hint={t(
                available.includes(codec) ? `settings.codecHints.${codec}` : 'settings.unavailable',
              )}
              usable={available.includes(codec)}
            />
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

export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="mt-6">
      <h3 className="text-field font-semibold">{title}</h3>
      <div className="mt-3 grid gap-4">{children}</div>
    </section>
  );
}

export function Radio({
  value,
  label,
  hint,
  usable = true,
}: {
  value: string;
  label: string;
  hint: string;
  usable?: boolean;
}) {
  const id = useId();
  return (
    <div className={clsx('flex min-h-11 items-start gap-3 py-1', !usable && 'opacity-55')}>
      <RadioGroup.Item
        id={id}
        value={value}
        disabled={!usable}
        aria-describedby={`${id}-hint`}
        className="mt-px inline-flex size-6 shrink-0 items-center justify-center rounded-full border border-edge data-[state=checked]:border-accent data-[state=checked]:bg-accent"
      >
        <RadioGroup.Indicator className="size-2.5 rounded-full bg-on-accent" />
      </RadioGroup.Item>
      <div>
        <label htmlFor={id} className="block text-field font-medium">
          {label}
        </label>
        <p id={`${id}-hint`} className="text-label text-muted">
          {hint}
        </p>
      </div>
    </div>
  );
}
