import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { permissionNames } from '../../api';
import type { Meeting, Settings } from '../../api';
import { useUpdateMeeting } from '../../state/meetings';
import { fieldTexts, problemText } from '../../state/problem';
import { Button } from '../../ui/Button';
import { Checkbox } from '../../ui/Checkbox';
import { Field } from '../../ui/Field';
import { Notice } from '../../ui/Notice';
import { Card, Section } from '../../ui/Section';
import { Select } from '../../ui/Select';
import { useToast } from '../../ui/Toast';

const histories = ['all', 'joined', 'none'] as const;

/** The rules of the meeting, which hold for everybody but the hosts; in the meeting hosts make exceptions. */
export function MeetingSettings({ meeting, settings }: { meeting: Meeting; settings: Settings }) {
  const { t } = useTranslation();
  const toast = useToast();
  const update = useUpdateMeeting(meeting.code);
  const [title, setTitle] = useState(meeting.title);
  const [guests, setGuests] = useState(meeting.guestsAllowed);
  const [rules, setRules] = useState(settings);
  const [missing, setMissing] = useState(false);
  const refused = fieldTexts(t, update.error)['title'];

  function submit(event: FormEvent) {
    event.preventDefault();
    const name = title.trim();
    setMissing(name === '');
    if (name === '' || update.isPending) return;
    update.mutate(
      { title: name, guestsAllowed: guests, settings: rules },
      { onSuccess: () => toast(t('details.saved')) },
    );
  }

  return (
    <Section title={t('details.settings')}>
      <Card>
        <form onSubmit={submit} noValidate className="flex flex-col gap-5">
          {update.isError && !refused && <Notice>{problemText(t, update.error)}</Notice>}
          <Field
            label={t('dashboard.create.name')}
            autoComplete="off"
            maxLength={200}
            dir="auto"
            value={title}
            error={missing ? t('dashboard.create.missing') : refused}
            onChange={(event) => setTitle(event.target.value)}
          />
          <Checkbox
            label={t('dashboard.create.guests')}
            hint={t('dashboard.create.guestsHint')}
            checked={guests}
            onChange={setGuests}
          />
          <Checkbox
            label={t('details.lobby')}
            hint={t('details.lobbyHint')}
            checked={rules.lobby}
            onChange={(lobby) => setRules({ ...rules, lobby })}
          />
          <Select
            label={t('details.chatHistory')}
            value={rules.chatHistory}
            choices={histories.map((value) => ({ value, label: t(`details.histories.${value}`) }))}
            onChange={(value) =>
              setRules({ ...rules, chatHistory: histories.find((each) => each === value) ?? 'all' })
            }
          />
          <fieldset className="mt-2">
            <legend className="text-field font-semibold">{t('details.permissions')}</legend>
            <p className="mt-0.5 text-label text-muted">{t('details.permissionsText')}</p>
            <div className="mt-3 grid gap-3.5 sm:grid-cols-2">
              {permissionNames.map((each) => (
                <Checkbox
                  key={each}
                  label={t(`details.may.${each}`)}
                  checked={rules.permissions[each]}
                  onChange={(on) =>
                    setRules({ ...rules, permissions: { ...rules.permissions, [each]: on } })
                  }
                />
              ))}
            </div>
          </fieldset>
          <div className="flex justify-end">
            <Button type="submit" kind="outline" busy={update.isPending}>
              {t('details.save')}
            </Button>
          </div>
        </form>
      </Card>
    </Section>
  );
}
