import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useFeatures } from '../state/account';
import { problemText } from '../state/problem';
import { useApi } from '../state/session';
import { useTitle } from '../state/title';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { EmailField, emailProblem } from './EmailField';
import { EntryLayout } from './EntryLayout';

/** Asks for the address to which a link for a new password goes. */
export function Forgot() {
  const { t } = useTranslation();
  useTitle(t('titles.forgot'));
  const api = useApi();
  const features = useFeatures();
  const [email, setEmail] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [sent, setSent] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const address = email.trim();
    const why = emailProblem(t, address);
    setWrong(why);
    setProblem(undefined);
    if (why !== undefined || busy) return;
    setBusy(true);
    try {
      await api.account.requestReset(address);
      setSent(address);
    } catch (error) {
      setProblem(problemText(t, error));
    }
    setBusy(false);
  }

  return (
    <EntryLayout title={t('reset.title')}>
      {features?.passwordReset === false ? (
        <p className="mt-2 text-field text-muted">{t('reset.noMail')}</p>
      ) : sent !== undefined ? (
        <p role="status" className="mt-2 text-field text-muted">
          {t('reset.sent', { email: sent })}
        </p>
      ) : (
        <>
          <p className="mt-2 text-field text-muted">{t('reset.text')}</p>
          <form
            className="mt-8 flex flex-col gap-5"
            onSubmit={(event) => void submit(event)}
            noValidate
          >
            {problem && <Notice>{problem}</Notice>}
            <EmailField value={email} error={wrong} onChange={setEmail} />
            <Button type="submit" size="large" busy={busy}>
              {t('reset.send')}
            </Button>
          </form>
        </>
      )}
      <p className="mt-7 text-body">
        <Link to="/signin" className="font-[550] text-link no-underline hover:underline">
          {t('entry.back')}
        </Link>
      </p>
    </EntryLayout>
  );
}
