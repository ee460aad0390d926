import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { NewStream, StreamAccess } from '../../api';
import type { useInvitations } from '../../state/invitations';
import { fieldTexts, problemText } from '../../state/problem';
import { Button } from '../../ui/Button';
import { Checkbox } from '../../ui/Checkbox';
import { CopyField } from '../../ui/CopyField';
import { Dialog } from '../../ui/Dialog';
import { Field } from '../../ui/Field';
import { Notice } from '../../ui/Notice';
import { Select } from '../../ui/Select';

const hour = 3_600_000;
// Seven days are the most; a clock that is fast must not ask for more.
const ends = { hour, halfDay: 12 * hour, day: 24 * hour, week: 167 * hour } as const;
const endNames = ['hour', 'halfDay', 'day', 'week'] as const;

/** Asks what a stream shall do, and shows its key once. */
export function NewStreamDialog({
  create,
  onClose,
}: {
  create: ReturnType<typeof useInvitations>['createStream'];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<NewStream['kind']>('publish');
  const [name, setName] = useState('');
  const [end, setEnd] = useState<(typeof endNames)[number]>('halfDay');
  const [skipLobby, setSkipLobby] = useState(true);
  const [missing, setMissing] = useState(false);
  const refused = fieldTexts(t, create.error)['name'];

  function submit(event: FormEvent) {
    event.preventDefault();
    const called = name.trim();
    setMissing(called === '');
    if (called === '' || create.isPending) return;
    const expiresAt = new Date(Date.now() + ends[end]).toISOString();
    create.mutate({ kind, name: called, skipLobby, expiresAt });
  }

  const access = create.data;
  if (access) {
    return (
      <Dialog
        open
        onClose={onClose}
        title={access.invitation.name ?? ''}
        description={t('streams.doneText')}
        actions={<Button onClick={onClose}>{t('invitations.done')}</Button>}
      >
        <Access access={access} />
      </Dialog>
    );
  }
  return (
    <Dialog open onClose={onClose} title={t('streams.make')}>
      <form onSubmit={submit} noValidate className="mt-5 flex flex-col gap-5">
        {create.isError && refused === undefined && <Notice>{problemText(t, create.error)}</Notice>}
        <Select
          label={t('streams.kind')}
          hint={t(kind === 'publish' ? 'streams.publishHint' : 'streams.playHint')}
          value={kind}
          choices={(['publish', 'play'] as const).map((value) => ({
            value,
            label: t(`streams.${value}`),
          }))}
          onChange={(value) => setKind(value === 'play' ? 'play' : 'publish')}
        />
        <Field
          label={t('streams.name')}
          hint={t('streams.nameHint')}
          autoComplete="off"
          maxLength={64}
          dir="auto"
          value={name}
          error={missing ? t('streams.missing') : refused}
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          label={t('invitations.end')}
          value={end}
          choices={endNames.map((value) => ({ value, label: t(`streams.ends.${value}`) }))}
          onChange={(value) => setEnd(endNames.find((each) => each === value) ?? 'halfDay')}
        />
        <Checkbox
          label={t('invitations.skipLobby')}
          hint={t('streams.skipLobbyHint')}
          checked={skipLobby}
          onChange={setSkipLobby}
        />
        <div className="mt-1 flex flex-wrap justify-end gap-3">
          <Button kind="soft" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" busy={create.isPending}>
            {t('streams.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Access({ access }: { access: StreamAccess }) {
  const { t } = useTranslation();
  const publish = access.invitation.stream === 'publish';
  return (
    <div className="mt-5 flex flex-col gap-5">
      <CopyField
        label={t('streams.address')}
        copyLabel={t('streams.copyAddress')}
        copied={t('streams.addressCopied')}
        value={access.url}
      />
      <CopyField
        label={t('streams.key')}
        copyLabel={t('streams.copyKey')}
        copied={t('streams.keyCopied')}
        value={access.token}
      />
      <p className="text-label text-muted">
        {t(publish ? 'streams.publishHow' : 'streams.playHow')}
      </p>
      <p className="flex items-start gap-3 rounded-card bg-surface-2 px-4 py-3 text-body">
        <KeyRound size={20} aria-hidden="true" className="shrink-0" />
        <span>{t(publish ? 'streams.publishWarning' : 'streams.playWarning')}</span>
      </p>
    </div>
  );
}
