import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { addressesIn, useInvitees } from '../../state/invitations';
import { fieldTexts, problemText } from '../../state/problem';
import { Avatar } from '../../ui/Avatar';
import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { Notice } from '../../ui/Notice';
import { Section } from '../../ui/Section';

/** People with an account, who find the meeting on their dashboard and do not wait in the lobby. */
export function InvitedPeople({ code }: { code: string }) {
  const { t } = useTranslation();
  const { list, invite, uninvite } = useInvitees(code);
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState<string>();
  const unknown = invite.data?.unknown ?? [];
  const refused = Object.values(fieldTexts(t, invite.error))[0];

  function submit(event: FormEvent) {
    event.preventDefault();
    const emails = addressesIn(text);
    setWrong(emails.length === 0 ? t('entry.errors.emailInvalid') : undefined);
    if (emails.length === 0 || invite.isPending) return;
    invite.mutate(emails, { onSuccess: () => setText('') });
  }

  return (
    <Section title={t('details.invited')} text={t('details.invitedText')}>
      <form onSubmit={submit} noValidate className="flex flex-wrap items-end gap-3">
        <Field
          className="min-w-0 grow basis-64"
          label={t('details.emails')}
          type="text"
          inputMode="email"
          autoComplete="off"
          spellCheck={false}
          value={text}
          error={wrong ?? refused}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" kind="outline" size="large" busy={invite.isPending}>
          {t('details.invite')}
        </Button>
      </form>
      {unknown.length > 0 && (
        <p role="status" className="mt-3 text-body text-amber-ink">
          {t('details.unknown', { count: unknown.length, emails: unknown.join(', ') })}
        </p>
      )}
      {[invite.error, uninvite.error, list.error]
        .filter((each) => each !== null && refused === undefined)
        .map((error, i) => (
          <div key={i} className="mt-3">
            <Notice>{problemText(t, error)}</Notice>
          </div>
        ))}
      {list.data && list.data.length > 0 && (
        <ul className="mt-4 divide-y divide-hairline rounded-card border border-hairline bg-surface-1">
          {list.data.map((each) => (
            <li key={each.id} className="flex items-center gap-3.5 py-2.5 ps-5 pe-3">
              <Avatar id={each.id} name={each.name} size={36} />
              <div className="min-w-0 grow">
                <p className="truncate aligned text-field font-medium" dir="auto">
                  {each.name}
                </p>
                <p className="truncate text-label text-muted">{each.email}</p>
              </div>
              <Button
                kind="soft"
                className="shrink-0"
                aria-label={t('details.uninviteNamed', { name: each.name })}
                busy={uninvite.isPending && uninvite.variables === each.id}
                onClick={() => uninvite.mutate(each.id)}
              >
                {t('details.uninvite')}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
