import { useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatEntry } from '../../call';
import { ChatPanel } from '../../ui/ChatPanel';
import type { Draft } from '../../ui/Composer';
import { useToast } from '../../ui/Toast';
import { useCall, useCallState } from './call';
import { reasonOf } from './moderate';
import { isHost } from './people';
import { useWriting } from './whoWrites';

/** The chat beside the stage. */
export function ChatSide({
  draft,
  onDraft,
  sheet,
  onClose,
}: {
  draft: Draft;
  onDraft: (draft: Draft) => void;
  sheet: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const call = useCall();
  const state = useCallState(call);
  const toast = useToast();
  const { participants, permissions, self = '' } = state;
  const host = isHost(participants.find(({ id }) => id === self)?.role);
  const writing = useWriting(state.typing);

  const changed = useCallback(
    (done: Promise<void>) => {
      done.catch((error: unknown) => {
        const reason = reasonOf(error);
        toast(reason === 'other' ? t('chat.changeFailed') : t(`host.errors.${reason}`));
      });
    },
    [toast, t],
  );

  const others = participants.filter(({ id }) => id !== self);
  // Writing to a host is always allowed to who may chat.
  const recipients = host || permissions.privateChat ? others : others.filter(reachable);
  const mayChat = host || permissions.chat;
  function reachable({ role }: { role: (typeof others)[number]['role'] }): boolean {
    return permissions.chat && isHost(role);
  }

  const current = useRef(draft);
  useEffect(() => {
    current.current = draft;
  });
  const onReply = useCallback(
    (entry: ChatEntry) => {
      const { number, name, text, own, to, sender } = entry;
      // A private message is answered privately.
      const privately = to === undefined ? {} : { to: own ? to : sender };
      // What is written already becomes the answer.
      const written = current.current.edit === undefined ? current.current.text : '';
      onDraft({ text: written, ...privately, reply: { number, name, text } });
    },
    [onDraft],
  );
  const onEdit = useCallback(
    ({ number, text }: ChatEntry) => onDraft({ text, edit: number }),
    [onDraft],
  );
  const onDelete = useCallback(
    ({ number }: ChatEntry) => changed(call.deleteChat(number)),
    [call, changed],
  );
  const onReact = useCallback<NonNullable<Parameters<typeof ChatPanel>[0]['onReact']>>(
    ({ number }, emoji, on) => changed(call.reactChat(number, emoji, on)),
    [call, changed],
  );
  const onRetry = useCallback((id: string) => call.retryChat(id), [call]);

  return (
    <ChatPanel
      chat={state.chat}
      more={state.chatMore}
      unread={state.unread}
      away={state.phase === 'reconnecting'}
      sheet={sheet}
      self={self}
      host={host}
      typing={writing.flatMap((id) => participants.find((each) => each.id === id)?.name ?? [])}
      draft={draft}
      recipients={recipients}
      toAll={mayChat}
      onDraft={onDraft}
      onSend={({ text, to, reply, edit }) =>
        edit === undefined
          ? call.sendChat(text, { to, replyTo: reply?.number })
          : changed(call.editChat(edit, text))
      }
      onTyping={(to) => call.typeChat(to)}
      onRetry={onRetry}
      onReply={mayChat ? onReply : undefined}
      onEdit={onEdit}
      onDelete={onDelete}
      onReact={host || permissions.reactions ? onReact : undefined}
      onOlder={() => call.loadOlderChat()}
      onRead={() => call.markRead()}
      onClose={onClose}
    />
  );
}
