import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '../ui/Field';
import type { FieldProps } from '../ui/Field';

/** A password that can be looked at while it is typed. */
export function PasswordField({
  label,
  ...props
}: Omit<FieldProps, 'label' | 'type' | 'aside'> & { label?: string }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...props}
      label={label ?? t('entry.password')}
      type={shown ? 'text' : 'password'}
      dir="ltr"
      aside={
        <button
          type="button"
          aria-label={t(shown ? 'entry.hidePasswordLabel' : 'entry.showPasswordLabel')}
          onClick={() => setShown(!shown)}
          className="-my-1.5 rounded-chip px-1 py-1.5 text-body font-medium text-link hover:underline"
        >
          {t(shown ? 'entry.hidePassword' : 'entry.showPassword')}
        </button>
      }
    />
  );
}
