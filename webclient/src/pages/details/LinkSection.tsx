import type { TFunction } from 'i18next';
import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Invitation } from '../../api';
import { dateAndTime } from '../../state/dates';
import type { useInvitations } from '../../state/invitations';
import { problemText } from '../../state/problem';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { Section } from '../../ui/Section';
import { Tag } from '../../ui/Tag';

/** Some of a meeting's links: what each is good for, the way to end it, and to make another. */
export function LinkSection({
  words,
  links,
  problem,
  revoke,
  onMake,
  children,
}: {
  words: { title: string; text: string; make: string; none: string };
  /** Undefined until they are known. */
  links: readonly Invitation[] | undefined;
  problem: Error | null;
  revoke: ReturnType<typeof useInvitations>['revoke'];
  onMake: () => void;
  /** The dialog that makes one. */
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Section
      title={words.title}
      text={words.text}
      action={
        <Button kind="soft" icon={<Plus size={17} aria-hidden="true" />} onClick={onMake}>
          {words.make}
        </Button>
      }
    >
      {problem && (
        <div className="mb-3">
          <Notice>{problemText(t, problem)}</Notice>
        </div>
      )}
      {links?.length === 0 && <p className="text-body text-muted">{words.none}</p>}
      {links && links.length > 0 && (
        <ul className="divide-y divide-hairline rounded-card border border-hairline bg-surface-1">
          {links.map((each) => (
            <Row
              key={each.id}
              invitation={each}
              busy={revoke.isPending && revoke.variables === each.id}
              onRevoke={() => revoke.mutate(each.id)}
            />
          ))}
        </ul>
      )}
      {children}
    </Section>
  );
}

function whom(t: TFunction, { role, stream, name }: Invitation): string {
  if (stream) return t(`streams.${stream}Named`, { name });
  return t(role === 'COHOST' ? 'invitations.cohost' : 'invitations.participant');
}

function howOften(t: TFunction, { stream, uses, maxUses }: Invitation): string {
  if (stream) return t('streams.used', { count: uses });
  if (maxUses === undefined) return t('invitations.used', { count: uses });
  return t('invitations.usedOf', { uses, count: maxUses });
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
  const { skipLobby, expiresAt, createdAt, good, stream } = invitation;
  const now = new Date();
  const at = (text: string) => dateAndTime(new Date(text), now, t, i18n.language);
  const about = [
    howOften(t, invitation),
    expiresAt !== undefined && t('invitations.until', { when: at(expiresAt) }),
    skipLobby && t('invitations.skips'),
  ].filter((each) => each !== false);
  const made = t('invitations.made', { when: at(createdAt) });
  const named = stream ? whom(t, invitation) : made;
  return (
    <li className="flex items-center gap-4 py-3 ps-5 pe-3">
      <div className="min-w-0 grow">
        <h3 className="flex items-center gap-2 text-field font-medium">
          <span className="min-w-0 break-words">{whom(t, invitation)}</span>
          {!good && <Tag>{t(stream ? 'streams.over' : 'invitations.over')}</Tag>}
        </h3>
        <p className="text-label text-muted">{about.join(t('dates.comma'))}</p>
        <p className="text-label text-muted">{made}</p>
      </div>
      <Button
        kind="danger-outline"
        busy={busy}
        aria-label={t('invitations.revokeNamed', { made: named })}
        onClick={onRevoke}
      >
        {t('invitations.revoke')}
      </Button>
    </li>
  );
}
