import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { newAction } from '../../api';
import { useCreateMeeting } from '../../state/meetings';
import { fieldTexts, problemText } from '../../state/problem';
import { draftOf, scheduleOf } from '../../state/schedule';
import { useUser } from '../../state/session';
import { Button } from '../../ui/Button';
import { Checkbox } from '../../ui/Checkbox';
import { Dialog } from '../../ui/Dialog';
import { Field } from '../../ui/Field';
import { Notice } from '../../ui/Notice';
import { ScheduleFields } from './ScheduleFields';

/** Makes a meeting: now, which leads to its door, or for later, which leads to where one invites people. */
export function NewMeeting({ later = false, onClose }: { later?: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const user = useUser();
  const create = useCreateMeeting();
  const [title, setTitle] = useState(
    t('dashboard.create.default', { name: user?.name.trim().split(/\s+/)[0] ?? '' }),
  );
  const [guests, setGuests] = useState(true);
  const [lobby, setLobby] = useState(false);
  const [draft, setDraft] = useState(() => draftOf(undefined, new Date()));
  const [requestId] = useState(newAction);
  const [missing, setMissing] = useState(false);
  const [noDate, setNoDate] = useState(false);

  const fields = fieldTexts(t, create.error);
  const refused = fields['title'];
  const elsewhere = create.isError && !refused;

  function submit(event: FormEvent) {
    event.preventDefault();
    const name = title.trim();
    const schedule = later ? scheduleOf(draft) : undefined;
    setMissing(name === '');
    setNoDate(schedule === null);
    if (name === '' || schedule === null || create.isPending) return;
    create.mutate(
      {
        title: name,
        requestId,
        guestsAllowed: guests,
        ...(schedule && { schedule }),
        ...(lobby && { settings: { lobby } }),
      },
      {
        onSuccess: ({ code }) => void navigate(later ? `/meetings/${code}` : `/m/${code}`),
      },
    );
  }

  return (
    <Dialog open onClose={onClose} title={t(later ? 'schedule.title' : 'dashboard.create.title')}>
      <form onSubmit={submit} noValidate className="mt-5 flex flex-col gap-5">
        {elsewhere && <Notice>{Object.values(fields)[0] ?? problemText(t, create.error)}</Notice>}
        <Field
          label={t('dashboard.create.name')}
          autoComplete="off"
          maxLength={200}
          dir="auto"
          value={title}
          error={missing ? t('dashboard.create.missing') : refused}
          onFocus={(event) => event.target.select()}
          onChange={(event) => setTitle(event.target.value)}
        />
        {later && (
          <ScheduleFields
            draft={draft}
            wrong={noDate ? t('schedule.noDate') : undefined}
            onChange={setDraft}
          />
        )}
        <Checkbox
          label={t('dashboard.create.guests')}
          hint={t('dashboard.create.guestsHint')}
          checked={guests}
          onChange={setGuests}
        />
        <Checkbox
          label={t('details.lobby')}
          hint={t('details.lobbyHint')}
          checked={lobby}
          onChange={setLobby}
        />
        <div className="mt-1 flex flex-wrap justify-end gap-3">
          <Button kind="soft" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" busy={create.isPending}>
            {t(later ? 'schedule.submit' : 'dashboard.create.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
