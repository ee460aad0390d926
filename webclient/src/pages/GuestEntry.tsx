import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { meetingCode } from '../state/meeting-code';
import { useTitle } from '../state/title';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { EntryLayout } from './EntryLayout';

/** The way in for somebody without an account who has a code. */
export function GuestEntry() {
  const { t } = useTranslation();
  useTitle(t('titles.join'));
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [error, setError] = useState<string>();

  function submit(event: FormEvent) {
    event.preventDefault();
    const code = meetingCode(text);
    if (code === null) setError(t('dashboard.codeInvalid'));
    else void navigate(`/m/${code}`);
  }

  return (
    <EntryLayout title={t('entry.guestTitle')}>
      <p className="mt-2 text-field text-muted">{t('entry.guestText')}</p>
      <form className="mt-8 flex flex-col gap-5" onSubmit={submit} noValidate>
        <Field
          label={t('dashboard.codeLabel')}
          autoComplete="off"
          spellCheck={false}
          value={text}
          error={error}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" size="large">
          {t('dashboard.join')}
        </Button>
      </form>
      <p className="mt-7 text-body">
        <Link to="/signin" className="font-[550] text-link no-underline hover:underline">
          {t('entry.back')}
        </Link>
      </p>
    </EntryLayout>
  );
}
