import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangePassword } from '../../state/account';
import { passwordIsShort } from '../../state/password';
import { fieldTexts, problemText } from '../../state/problem';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { Card, Section } from '../../ui/Section';
import { useToast } from '../../ui/Toast';
import { PasswordField } from '../PasswordField';

export function ChangePassword({ email }: { email: string }) {
  const { t } = useTranslation();
  const toast = useToast();
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [wrong, setWrong] = useState<{ current?: string; password?: string }>({});
  const refused = fieldTexts(t, change.error);
  const atField = refused['current'] !== undefined || refused['password'] !== undefined;

  function submit(event: FormEvent) {
    event.preventDefault();
    const found = {
      ...(current === '' && { current: t('account.currentMissing') }),
      ...(passwordIsShort(password) && { password: t('entry.errors.passwordShort') }),
    };
    setWrong(found);
    if (Object.keys(found).length > 0 || change.isPending) return;
    change.mutate(
      { current, password },
      {
        onSuccess: () => {
          setCurrent('');
          setPassword('');
          toast(t('account.passwordChanged'));
        },
      },
    );
  }

  return (
    <Section title={t('entry.password')} text={t('account.passwordText')}>
      <Card>
        <form onSubmit={submit} noValidate className="flex flex-col gap-5">
          {change.isError && !atField && <Notice>{problemText(t, change.error)}</Notice>}
          {/* Password managers want to know whose password it is. */}
          <input type="email" autoComplete="username" value={email} readOnly hidden />
          <PasswordField
            label={t('account.current')}
            autoComplete="current-password"
            value={current}
            error={wrong.current ?? (refused['current'] && t('account.currentWrong'))}
            onChange={(event) => setCurrent(event.target.value)}
          />
          <PasswordField
            label={t('account.new')}
            autoComplete="new-password"
            hint={t('entry.passwordHint')}
            value={password}
            error={wrong.password ?? refused['password']}
            onChange={(event) => setPassword(event.target.value)}
          />
          <div className="flex justify-end">
            <Button type="submit" kind="outline" busy={change.isPending}>
              {t('account.changePassword')}
            </Button>
          </div>
        </form>
      </Card>
    </Section>
  );
}
