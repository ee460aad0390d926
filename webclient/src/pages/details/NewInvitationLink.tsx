import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewInvitation } from '../../api';
import { useFeatures } from '../../state/account';
import type { useInvitations } from '../../state/invitations';
import { invitationLink } from '../../state/meetings';
import { fieldTexts, problemText } from '../../state/problem';
import { Button } from '../../ui/Button';
import { Checkbox } from '../../ui/Checkbox';
import { Dialog } from '../../ui/Dialog';
import { Field } from '../../ui/Field';
import { Notice } from '../../ui/Notice';
import { Select } from '../../ui/Select';
import { LinkCard } from './MeetingLink';

const hour = 3_600_000;
const ends = { hour, day: 24 * hour, week: 7 * 24 * hour, month: 30 * 24 * hour } as const;
const endNames = ['never', 'hour', 'day', 'week', 'month'] as const;
const useCounts = [1, 2, 5, 10, 25, 50, 100];

/** Asks what a link shall be good for, and shows it once: the server keeps a hash of it alone. */
export function NewInvitationLink({
  code,
  title,
  create,
  onClose,
}: {
  code: string;
  title: string;
  create: ReturnType<typeof useInvitations>['create'];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [role, setRole] = useState<'COHOST' | 'PARTICIPANT'>('PARTICIPANT');
  const [skipLobby, setSkipLobby] = useState(true);
  const [end, setEnd] = useState<(typeof endNames)[number]>('week');
  const [uses, setUses] = useState('');
  const [sendTo, setSendTo] = useState('');
  const features = useFeatures();
  const token = create.data?.token;
  const wrongAddress = fieldTexts(t, create.error).sendTo;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (create.isPending) return;
    const wish: NewInvitation = { role, skipLobby };
    if (end !== 'never') wish.expiresAt = new Date(Date.now() + ends[end]).toISOString();
    if (uses !== '') wish.maxUses = Number(uses);
    if (sendTo.trim() !== '') wish.sendTo = sendTo.trim();
    create.mutate(wish);
  }

  if (token !== undefined) {
    return (
      <Dialog
        open
        onClose={onClose}
        title={t('invitations.doneTitle')}
        description={
          create.variables?.sendTo === undefined
            ? t('invitations.doneText')
            : t('invitations.sentText', { email: create.variables.sendTo })
        }
        actions={<Button onClick={onClose}>{t('invitations.done')}</Button>}
      >
        <div className="mt-5">
          <LinkCard link={invitationLink(code, token)} title={title} />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog open onClose={onClose} title={t('invitations.make')}>
      <form onSubmit={submit} noValidate className="mt-5 flex flex-col gap-5">
        {create.isError && wrongAddress === undefined && (
          <Notice>{problemText(t, create.error)}</Notice>
        )}
        <Select
          label={t('invitations.role')}
          value={role}
          choices={[
            { value: 'PARTICIPANT', label: t('invitations.participant') },
            { value: 'COHOST', label: t('invitations.cohost') },
          ]}
          onChange={(value) => setRole(value === 'COHOST' ? 'COHOST' : 'PARTICIPANT')}
        />
        <div className="grid gap-5 sm:grid-cols-2">
          <Select
            label={t('invitations.end')}
            value={end}
            choices={endNames.map((value) => ({ value, label: t(`invitations.ends.${value}`) }))}
            onChange={(value) => setEnd(endNames.find((each) => each === value) ?? 'never')}
          />
          <Select
            label={t('invitations.uses')}
            value={uses}
            choices={[
              { value: '', label: t('invitations.anyNumber') },
              ...useCounts.map((each) => ({
                value: String(each),
                label: t('invitations.people', { count: each }),
              })),
            ]}
            onChange={setUses}
          />
        </div>
        <Checkbox
          label={t('invitations.skipLobby')}
          hint={t('invitations.skipLobbyHint')}
          checked={skipLobby}
          onChange={setSkipLobby}
        />
        {features?.passwordReset && (
          <Field
            label={t('invitations.sendTo')}
            type="email"
            autoComplete="off"
            value={sendTo}
            error={wrongAddress}
            onChange={(event) => setSendTo(event.target.value)}
          />
        )}
        <div className="mt-1 flex flex-wrap justify-end gap-3">
          <Button kind="soft" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" busy={create.isPending}>
            {t('invitations.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
