import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { useToast } from '../../ui/Toast';
import { useCall } from './call';
import { reasonOf, useModerate } from './moderate';
import type { Person } from './people';

/** Asks once more before somebody is out, and can be taken back for a while. */
export function RemoveDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const moderate = useModerate();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const { id, name } = person;

  async function remove() {
    setBusy(true);
    const done = await moderate({ type: 'moderation:remove', data: { participant: id } });
    setBusy(false);
    if (!done) return;
    onClose();
    toast(t('person.removed', { name }), {
      text: t('person.forgive'),
      act: () =>
        void moderate(
          { type: 'moderation:forgive', data: { participant: id } },
          t('person.forgiven', { name }),
        ),
    });
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={t('person.removeTitle', { name })}
      description={t('person.removeText')}
      actions={
        <>
          <Button kind="soft" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button kind="danger-outline" busy={busy} onClick={() => void remove()}>
            {t('person.removeConfirm')}
          </Button>
        </>
      }
    />
  );
}

export function RenameDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const call = useCall();
  const toast = useToast();
  const id = useId();
  const [text, setText] = useState(name);
  return (
    <Dialog open onClose={onClose} title={t('person.renameTitle')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() === '') return;
          if (text.trim() !== name) {
            const refused = (error: unknown) => toast(t(`host.errors.${reasonOf(error)}`));
            call.rename(text.trim()).catch(refused);
          }
          onClose();
        }}
      >
        <label htmlFor={id} className="mt-4 block text-field font-medium">
          {t('person.name')}
        </label>
        <input
          id={id}
          dir="auto"
          maxLength={64}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="mt-2 h-12 w-full rounded-card border border-edge bg-surface-2 px-3.5 text-field"
        />
        <div className="mt-6 flex justify-end gap-3">
          <Button kind="soft" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" aria-disabled={text.trim() === '' || undefined}>
            {t('person.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
