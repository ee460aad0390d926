import type { TFunction } from 'i18next';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invitation } from '../../api';
import { dateAndTime } from '../../state/dates';
import { useInvitations } from '../../state/invitations';
import { problemText } from '../../state/problem';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { Section } from '../../ui/Section';
import { Tag } from '../../ui/Tag';
import { NewInvitationLink } from './NewInvitationLink';

/** Links of their own, each with a role, an end and a number of uses. */
export function InvitationLinks({ code, title }: { code: string; title: string }) {
  const { t } = useTranslation();
  const { list, create, revoke } = useInvitations(code);
  const [making, setMaking] = useState(false);
  const shown = (list.data ?? []).filter(({ revokedAt }) => revokedAt === undefined);
  const problem = list.error ?? revoke.error;
  return (
    <Section
      title={t('invitations.title')}
      text={t('invitations.text')}
      action={
        <Button
          kind="soft"
          icon={<Plus size={17} aria-hidden="true" />}
          onClick={() => {
            create.reset();
            setMaking(true);
          }}
        >
          {t('invitations.make')}
        </Button>
      }
    >
      {problem && (
        <div className="mb-3">
          <Notice>{problemText(t, problem)}</Notice>
        </div>
      )}
      {list.data && shown.length === 0 && (
        <p className="text-body text-muted">{t('invitations.none')}</p>
      )}
      {shown.length > 0 && (
        <ul className="divide-y divide-hairline rounded-card border border-hairline bg-surface-1">
          {shown.map((each) => (
            <Row
              key={each.id}
              invitation={each}
              busy={revoke.isPending && revoke.variables === each.id}
              onRevoke={() => revoke.mutate(each.id)}
            />
          ))}
        </ul>
      )}
      {making && (
        <NewInvitationLink
          code={code}
          title={title}
          create={create}
          onClose={() => setMaking(false)}
        />
      )}
    </Section>
  );
}

function whom(t: TFunction, { role, stream, name }: Invitation): string {
  if (stream) return t(`invitations.${stream}`, { name });
  return t(role === 'COHOST' ? 'invitations.cohost' : 'invitations.participant');
}

function Row({
  invitation,
  busy,
  onRevoke,
}: {
  invitation: Invitation;
  busy: boolean;
  onRevoke: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { skipLobby, expiresAt, maxUses, uses, createdAt, good } = invitation;
  const now = new Date();
  const at = (text: string) => dateAndTime(new Date(text), now, t, i18n.language);
  const about = [
    maxUses === undefined
      ? t('invitations.used', { count: uses })
      : t('invitations.usedOf', { uses, count: maxUses }),
    expiresAt !== undefined && t('invitations.until', { when: at(expiresAt) }),
    skipLobby && t('invitations.skips'),
  ].filter((each) => each !== false);
  const made = t('invitations.made', { when: at(createdAt) });
  return (
    <li className="flex items-center gap-4 py-3 ps-5 pe-3">
      <div className="min-w-0 grow">
        <h3 className="flex items-center gap-2 text-field font-medium">
          {whom(t, invitation)}
          {!good && <Tag>{t('invitations.over')}</Tag>}
        </h3>
        <p className="text-label text-muted">{about.join(t('dates.comma'))}</p>
        <p className="text-label text-muted">{made}</p>
      </div>
      <Button
        kind="danger-outline"
        busy={busy}
        aria-label={t('invitations.revokeNamed', { made })}
        onClick={onRevoke}
      >
        {t('invitations.revoke')}
      </Button>
    </li>
  );
}
