import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useLocation } from 'react-router';
import { nextPath, withNext } from '../state/next';
import { passwordIsShort } from '../state/password';
import { fieldTexts, isCode, problemText } from '../state/problem';
import { useApi, useSession } from '../state/session';
import { useTitle } from '../state/title';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Notice } from '../ui/Notice';
import { EmailField, emailProblem } from './EmailField';
import { EntryLayout } from './EntryLayout';
import { PasswordField } from './PasswordField';

interface Fields {
  name?: string;
  email?: string;
  password?: string;
}

export function SignUp() {
  const { t } = useTranslation();
  useTitle(t('titles.signUp'));
  const api = useApi();
  const session = useSession();
  const { search } = useLocation();
  const next = nextPath(search);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [fields, setFields] = useState<Fields>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  if (session.phase === 'in') return <Navigate to={next} replace />;

  function check(): Fields {
    const wrong = emailProblem(t, email.trim());
    return {
      ...(name.trim() === '' && { name: t('entry.errors.nameMissing') }),
      ...(wrong && { email: wrong }),
      ...(passwordIsShort(password) && { password: t('entry.errors.passwordShort') }),
    };
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    const wrong = check();
    setFields(wrong);
    setProblem(undefined);
    if (Object.keys(wrong).length > 0 || busy) return;
    setBusy(true);
    try {
      await api.register(email.trim(), password, name.trim());
    } catch (error) {
      if (isCode(error, 'taken')) setFields({ email: t('entry.errors.taken') });
      else if (isCode(error, 'invalid')) setFields(fieldTexts(t, error));
      else setProblem(problemText(t, error));
      setBusy(false);
    }
  }

  return (
    <EntryLayout title={t('entry.signUp')}>
      <form
        className="mt-8 flex flex-col gap-5"
        onSubmit={(event) => void submit(event)}
        noValidate
      >
        {problem && <Notice>{problem}</Notice>}
        <Field
          label={t('entry.name')}
          autoComplete="name"
          maxLength={64}
          value={name}
          hint={t('entry.nameHint')}
          error={fields.name}
          onChange={(event) => setName(event.target.value)}
        />
        <EmailField value={email} error={fields.email} onChange={setEmail} />
        <PasswordField
          autoComplete="new-password"
          value={password}
          hint={t('entry.passwordHint')}
          error={fields.password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" size="large" busy={busy} className="mt-2">
          {t('entry.createAccount')}
        </Button>
      </form>
      <p className="mt-7 text-body text-muted">
        {t('entry.hasAccount')}{' '}
        <Link
          to={withNext('/signin', next)}
          className="font-[550] text-link no-underline hover:underline"
        >
          {t('entry.signIn')}
        </Link>
      </p>
    </EntryLayout>
  );
}
