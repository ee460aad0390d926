import { useEffect, useRef } from 'react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { CallState, Notice } from '../../call';
import { useToast } from '../../ui/Toast';
import type { ToastAction } from '../../ui/Toast';
import { useCall, useCallState } from './call';
import { chime } from './chime';

// 300 characters, read at leisure.
const readable = 20_000;

/** Says in words what was done to us, and offers the next step. */
export function useNotices(): void {
  const { t } = useTranslation();
  const call = useCall();
  const state = useCallState(call);
  const toast = useToast();
  const told = useRef(state.notice?.id ?? 0);
  useEffect(() => {
    const { notice } = state;
    if (notice === undefined || notice.id === told.current) return;
    told.current = notice.id;
    const text = noticeText(t, notice, state);
    if (text === undefined) return;
    const action = actionOf(notice);
    if (action) chime();
    toast(text, action);

    function actionOf({ kind, by }: Notice): ToastAction | undefined {
      if (kind === 'ask-unmute' || kind === 'called-on') {
        if (state.microphone.on) return undefined;
        return { text: t('devices.unmute'), act: () => void call.setMicrophone(true) };
      }
      if (kind !== 'hand-lowered' || by) return undefined;
      return { text: t('notices.undo'), act: () => call.raiseHand(true, true) };
    }
  });
}

/** Shows what whoever runs the server tells everybody, for long enough to read it. */
export function useAnnouncements(): void {
  const { t } = useTranslation();
  const { announcement } = useCallState(useCall());
  const toast = useToast();
  const told = useRef(announcement?.id ?? 0);
  useEffect(() => {
    if (announcement === undefined || announcement.id === told.current) return;
    told.current = announcement.id;
    chime();
    toast(t('notices.announced', { text: announcement.text }), undefined, readable);
  }, [announcement, toast, t]);
}

export function noticeText(
  t: TFunction,
  { kind, by, role }: Pick<Notice, 'kind' | 'by' | 'role'>,
  { participants }: Pick<CallState, 'participants'>,
): string | undefined {
  const name = participants.find(({ id }) => id === by)?.name;
  const said = (key: 'muted' | 'askUnmute' | 'videoStopped' | 'shareStopped' | 'calledOn') =>
    name === undefined ? t(`notices.${key}`) : t(`notices.${key}By`, { name });
  // Nobody in the meeting did it.
  const operator = !by;
  switch (kind) {
    case 'muted':
      return operator ? t('notices.mutedByOperator') : said('muted');
    case 'ask-unmute':
      return said('askUnmute');
    case 'video-stopped':
      return operator ? t('notices.videoStoppedByOperator') : said('videoStopped');
    case 'share-stopped':
      return operator ? t('notices.shareStoppedByOperator') : said('shareStopped');
    case 'called-on':
      return said('calledOn');
    case 'hand-lowered':
      return name === undefined ? t('notices.spoke') : t('notices.handLowered', { name });
    case 'role':
      return t(`notices.role.${role ?? 'PARTICIPANT'}`);
    // These lead to another page, which says it.
    case 'removed':
    case 'denied':
    case 'to-lobby':
      return undefined;
  }
}
