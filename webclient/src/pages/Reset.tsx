import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { passwordIsShort } from '../state/password';
import { fieldTexts, isCode, problemText } from '../state/problem';
import { useApi } from '../state/session';
import { useTitle } from '../state/title';
import { Button, buttonClass } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { EntryLayout } from './EntryLayout';
import { PasswordField } from './PasswordField';

/** Where the link of the mail leads: the new password. The token stands in the fragment. */
export function Reset() {
  const { t } = useTranslation();
  useTitle(t('titles.forgot'));
  const api = useApi();
  const { hash } = useLocation();
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? '';
  const [password, setPassword] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [done, setDone] = useState(false);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const short = passwordIsShort(password);
    setWrong(short ? t('entry.errors.passwordShort') : undefined);
    setProblem(undefined);
    if (short || busy) return;
    setBusy(true);
    try {
      await api.account.confirmReset(token, password);
      setDone(true);
    } catch (error) {
      const refused = fieldTexts(t, error)['password'];
      if (refused) setWrong(refused);
      else if (isCode(error, 'invalid') || isCode(error, 'forbidden')) setProblem(t('reset.stale'));
      else setProblem(problemText(t, error));
    }
    setBusy(false);
  }

  return (
    <EntryLayout title={t('reset.newTitle')}>
      {done ? (
        <>
          <p role="status" className="mt-2 text-field text-muted">
            {t('reset.done')}
          </p>
          <Link to="/signin" className={`mt-8 ${buttonClass('primary', 'large')}`}>
            {t('entry.signIn')}
          </Link>
        </>
      ) : (
        <form
          className="mt-8 flex flex-col gap-5"
          onSubmit={(event) => void submit(event)}
          noValidate
        >
          {problem && <Notice>{problem}</Notice>}
          <PasswordField
            label={t('account.new')}
            autoComplete="new-password"
            hint={t('entry.passwordHint')}
            value={password}
            error={wrong}
            onChange={(event) => setPassword(event.target.value)}
          />
          <Button type="submit" size="large" busy={busy}>
            {t('reset.save')}
          </Button>
        </form>
      )}
      {!done && (
        <p className="mt-7 text-body">
          <Link to="/forgot" className="font-[550] text-link no-underline hover:underline">
            {t('reset.again')}
          </Link>
        </p>
      )}
    </EntryLayout>
  );
}
