import { LogIn } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useLocation } from 'react-router';
import { useFeatures } from '../state/account';
import { nextPath, withNext } from '../state/next';
import { isCode, problemText } from '../state/problem';
import { useApi, useSession } from '../state/session';
import { useTitle } from '../state/title';
import { Button, buttonClass } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { EmailField } from './EmailField';
import { EntryLayout } from './EntryLayout';
import { PasswordField } from './PasswordField';

export function SignIn() {
  const { t } = useTranslation();
  useTitle(t('titles.signIn'));
  const api = useApi();
  const session = useSession();
  const features = useFeatures();
  const { search } = useLocation();
  const next = nextPath(search);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [fields, setFields] = useState<{ email?: string; password?: string }>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  if (session.phase === 'in') return <Navigate to={next} replace />;

  async function submit(event: FormEvent) {
    event.preventDefault();
    const missing = {
      ...(email.trim() === '' && { email: t('entry.errors.emailMissing') }),
      ...(password === '' && { password: t('entry.errors.passwordMissing') }),
    };
    setFields(missing);
    setProblem(undefined);
    if (Object.keys(missing).length > 0 || busy) return;
    setBusy(true);
    try {
      await api.login(email.trim(), password);
    } catch (error) {
      const wrong = isCode(error, 'unauthorized') || isCode(error, 'invalid');
      setProblem(wrong ? t('entry.errors.wrong') : problemText(t, error));
      setBusy(false);
    }
  }

  return (
    <EntryLayout title={t('entry.signIn')}>
      <form
        className="mt-8 flex flex-col gap-5 flat:mt-4 flat:gap-3"
        onSubmit={(event) => void submit(event)}
        noValidate
      >
        {problem && <Notice>{problem}</Notice>}
        <EmailField value={email} error={fields.email} onChange={setEmail} />
        <PasswordField
          autoComplete="current-password"
          value={password}
          error={fields.password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" size="large" busy={busy}>
          {t('entry.signIn')}
        </Button>
        {features?.passwordReset && (
          <Link
            to="/forgot"
            className="-mt-2 self-center rounded-chip px-1 py-1.5 text-body font-medium text-link no-underline hover:underline"
          >
            {t('entry.forgot')}
          </Link>
        )}
      </form>
      <div className="my-6 flex items-center gap-4 text-label text-muted">
        <span className="h-px grow bg-hairline" />
        {t('entry.or')}
        <span className="h-px grow bg-hairline" />
      </div>
      <Link to="/join" className={buttonClass('outline', 'large')}>
        <LogIn size={18} aria-hidden="true" />
        {t('entry.asGuest')}
      </Link>
      <p className="mt-7 text-body text-muted">
        {t('entry.newHere')}{' '}
        <Link
          to={withNext('/signup', next)}
          className="font-[550] text-link no-underline hover:underline"
        >
          {t('entry.signUp')}
        </Link>
      </p>
    </EntryLayout>
  );
}
