import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { durationText } from '../../state/dates';
import { repeats, timeZones } from '../../state/schedule';
import type { Repeat, ScheduleDraft } from '../../state/schedule';
import { Field } from '../../ui/Field';
import { Select } from '../../ui/Select';

const lengths = [15, 30, 45, 60, 90, 120, 180, 240, 480];
const counts = [2, 3, 4, 5, 6, 8, 10, 12, 20, 26, 52];

/** When, how long, where the clock stands, and how often. */
export function ScheduleFields({
  draft,
  wrong,
  onChange,
}: {
  draft: ScheduleDraft;
  wrong: string | undefined;
  onChange: (draft: ScheduleDraft) => void;
}) {
  const { t, i18n } = useTranslation();
  const set = (change: Partial<ScheduleDraft>) => onChange({ ...draft, ...change });
  const zones = useMemo(() => timeZones(draft.timeZone), [draft.timeZone]);
  const choices: Repeat[] = draft.repeat === 'other' ? [...repeats, 'other'] : [...repeats];
  const minutes = [...new Set([...lengths, draft.minutes])].sort((a, b) => a - b);
  const times = [...new Set([...counts, draft.times ?? 2])].sort((a, b) => a - b);
  return (
    <>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field
          label={t('schedule.date')}
          type="date"
          value={draft.date}
          error={wrong}
          onChange={(event) => set({ date: event.target.value })}
        />
        <Field
          label={t('schedule.time')}
          type="time"
          value={draft.time}
          onChange={(event) => set({ time: event.target.value })}
        />
        <Select
          label={t('schedule.length')}
          value={String(draft.minutes)}
          choices={minutes.map((each) => ({
            value: String(each),
            label: durationText(each, i18n.language),
          }))}
          onChange={(value) => set({ minutes: Number(value) })}
        />
        <Select
          label={t('schedule.zone')}
          value={draft.timeZone}
          choices={zones.map((value) => ({ value, label: value.replaceAll('_', ' ') }))}
          onChange={(timeZone) => set({ timeZone })}
        />
        <Select
          label={t('schedule.repeat')}
          value={draft.repeat}
          choices={choices.map((value) => ({ value, label: t(`schedule.repeats.${value}`) }))}
          onChange={(value) => set({ repeat: value as Repeat })}
        />
        {draft.repeat !== 'never' && draft.repeat !== 'other' && (
          <Select
            label={t('schedule.end')}
            value={draft.times === undefined ? '' : String(draft.times)}
            choices={[
              { value: '', label: t('schedule.endless') },
              ...times.map((each) => ({
                value: String(each),
                label: t('schedule.times', { count: each }),
              })),
            ]}
            onChange={(value) => set({ times: value === '' ? undefined : Number(value) })}
          />
        )}
      </div>
    </>
  );
}
