import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '../../api';
import { useRename } from '../../state/account';
import { fieldTexts, problemText } from '../../state/problem';
import { Avatar } from '../../ui/Avatar';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { Notice } from '../../ui/Notice';
import { Card, Section } from '../../ui/Section';
import { useToast } from '../../ui/Toast';

export function Profile({ user }: { user: User }) {
  const { t } = useTranslation();
  const toast = useToast();
  const rename = useRename();
  const [name, setName] = useState(user.name);
  const [missing, setMissing] = useState(false);
  const refused = fieldTexts(t, rename.error)['name'];

  function submit(event: FormEvent) {
    event.preventDefault();
    const wanted = name.trim();
    setMissing(wanted === '');
    if (wanted === '' || rename.isPending) return;
    rename.mutate(wanted, {
      onSuccess: (changed) => {
        setName(changed.name);
        toast(t('account.saved'));
      },
    });
  }

  return (
    <Section title={t('account.profile')}>
      <Card>
        <form onSubmit={submit} noValidate className="flex flex-col gap-5">
          {rename.isError && !refused && <Notice>{problemText(t, rename.error)}</Notice>}
          <div className="flex items-start gap-5">
            <div className="max-sm:hidden">
              <Avatar id={user.id} name={name || user.name} size={72} />
            </div>
            <Field
              className="min-w-0 grow"
              label={t('entry.name')}
              hint={t('entry.nameHint')}
              autoComplete="name"
              maxLength={64}
              dir="auto"
              value={name}
              error={missing ? t('entry.errors.nameMissing') : refused}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          <div className="flex justify-end">
            <Button type="submit" kind="outline" busy={rename.isPending}>
              {t('account.saveName')}
            </Button>
          </div>
        </form>
      </Card>
    </Section>
  );
}
