import { useEffect, useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { useToast } from '../../ui/Toast';
import type { WaitingProps } from '../../ui/WaitingBox';
import { useCall, useCallState } from './call';
import { chime } from './chime';
import { useModerate } from './moderate';

// As the server allows, in bytes.
const longest = 1024;

/** The lobby as a host has it: who waits, what one can do about it, and the dialog for a message to them. */
export function useLobby(): { lobby: WaitingProps; dialog: ReactNode } {
  const { t } = useTranslation();
  const { waiting, waitingMessage } = useCallState(useCall());
  const moderate = useModerate();
  const toast = useToast();
  const [writing, setWriting] = useState(false);

  const admit = (participants: string[]) =>
    void moderate({ type: 'moderation:admit', data: { participants } });
  async function deny(participants: string[]) {
    const names = waiting.filter(({ id }) => participants.includes(id)).map(({ name }) => name);
    if (!(await moderate({ type: 'moderation:deny', data: { participants } }))) return;
    const name = names.join(', ');
    toast(t('lobby.turnedAway', { name }), {
      text: t('person.forgive'),
      act: () => {
        for (const participant of participants) {
          void moderate(
            { type: 'moderation:forgive', data: { participant } },
            t('person.forgiven', { name }),
          );
        }
      },
    });
  }
  const news = useRef({ admit, t, toast });
  useEffect(() => {
    news.current = { admit, t, toast };
  });

  const known = useRef<Set<string>>(undefined);
  useEffect(() => {
    const before = known.current;
    known.current = new Set(waiting.map(({ id }) => id));
    // Who became host sees a list, and needs no bell for each.
    const fresh = before ? waiting.filter(({ id }) => !before.has(id)) : [];
    const [first] = fresh;
    if (first === undefined) return;
    const { admit, t, toast } = news.current;
    chime();
    toast(
      fresh.length === 1
        ? t('lobby.one', { name: first.name })
        : t('lobby.several', { count: fresh.length }),
      { text: t('lobby.admit'), act: () => admit(fresh.map(({ id }) => id)) },
    );
  }, [waiting]);

  return {
    lobby: {
      waiting,
      message: waitingMessage,
      onAdmit: admit,
      onDeny: (participants) => void deny(participants),
      onAdmitAll: () => void moderate({ type: 'moderation:admit', data: { all: true } }),
      onMessage: () => setWriting(true),
    },
    dialog: writing && (
      <MessageDialog
        before={waitingMessage}
        onClose={() => setWriting(false)}
        onSend={async (text) => {
          const sent = await moderate(
            { type: 'moderation:message-waiting', data: { text } },
            t(text === '' ? 'lobby.takenBack' : 'lobby.told'),
          );
          if (sent) setWriting(false);
        }}
      />
    ),
  };
}

function MessageDialog({
  before,
  onSend,
  onClose,
}: {
  before: string;
  onSend: (text: string) => Promise<void>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState(before);
  const [busy, setBusy] = useState(false);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('lobby.messageTitle')}
      description={t('lobby.messageText')}
      actions={
        <>
          <Button kind="soft" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            busy={busy}
            onClick={() => {
              setBusy(true);
              void onSend(text.trim()).finally(() => setBusy(false));
            }}
          >
            {t(text.trim() === '' && before !== '' ? 'lobby.takeBack' : 'lobby.send')}
          </Button>
        </>
      }
    >
      <label htmlFor={id} className="mt-4 block text-field font-medium">
        {t('lobby.messageLabel')}
      </label>
      <textarea
        id={id}
        dir="auto"
        rows={3}
        value={text}
        onChange={(event) => setText(within(event.target.value, longest))}
        className="mt-2 w-full resize-none rounded-card border border-edge bg-surface-2 p-3 text-field"
      />
    </Dialog>
  );
}

/** As much of a text as fits into so many bytes of UTF-8. */
function within(text: string, bytes: number): string {
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read);
}
