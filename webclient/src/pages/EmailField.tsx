import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Field } from '../ui/Field';

/** The address that is the name of an account. */
export function EmailField({
  value,
  error,
  onChange,
}: {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <Field
      label={t('entry.email')}
      type="email"
      dir="ltr"
      autoComplete="username"
      value={value}
      error={error}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** What is wrong with an address, if anything is to be seen without asking the server. */
export function emailProblem(t: TFunction, address: string): string | undefined {
  if (address === '') return t('entry.errors.emailMissing');
  return /^\S+@\S+$/.test(address) ? undefined : t('entry.errors.emailInvalid');
}
