import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useCreateMeeting } from '../../state/meetings';
import { fieldTexts, problemText } from '../../state/problem';
import { useUser } from '../../state/session';
import { Button } from '../../ui/Button';
import { Checkbox } from '../../ui/Checkbox';
import { Dialog } from '../../ui/Dialog';
import { Field } from '../../ui/Field';
import { Notice } from '../../ui/Notice';

/** Asks for a title, makes the meeting and goes to its door. */
export function NewMeeting({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const user = useUser();
  const create = useCreateMeeting();
  const [title, setTitle] = useState(
    t('dashboard.create.default', { name: user?.name.trim().split(/\s+/)[0] ?? '' }),
  );
  const [guests, setGuests] = useState(true);
  const [missing, setMissing] = useState(false);

  const refused = fieldTexts(t, create.error)['title'];

  function submit(event: FormEvent) {
    event.preventDefault();
    const name = title.trim();
    setMissing(name === '');
    if (name === '' || create.isPending) return;
    create.mutate(
      { title: name, guestsAllowed: guests },
      { onSuccess: (meeting) => void navigate(`/m/${meeting.code}`) },
    );
  }

  return (
    <Dialog open onClose={onClose} title={t('dashboard.create.title')}>
      <form onSubmit={submit} noValidate className="mt-5 flex flex-col gap-5">
        {create.isError && !refused && <Notice>{problemText(t, create.error)}</Notice>}
        <Field
          label={t('dashboard.create.name')}
          autoComplete="off"
          maxLength={120}
          dir="auto"
          value={title}
          error={missing ? t('dashboard.create.missing') : refused}
          onFocus={(event) => event.target.select()}
          onChange={(event) => setTitle(event.target.value)}
        />
        <Checkbox
          label={t('dashboard.create.guests')}
          hint={t('dashboard.create.guestsHint')}
          checked={guests}
          onChange={setGuests}
        />
        <div className="mt-1 flex flex-wrap justify-end gap-3">
          <Button kind="soft" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" busy={create.isPending}>
            {t('dashboard.create.submit')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
