import { DoorOpen, RotateCcw, Unplug } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CallState } from '../call';
import { useUser } from '../state/session';
import { Button, buttonClass } from '../ui/Button';
import type { ButtonKind } from '../ui/Button';
import { Message } from './Message';

/** After the meeting: why it is over for you, and the ways on. */
export function Over({ state, onRejoin }: { state: CallState; onRejoin: () => void }) {
  const { t } = useTranslation();
  const user = useUser();
  const { title, text, lost } = words();
  // Joining again is not the next thing to do for who was shown the door.
  const out = state.error?.code === 'removed';
  const rejoin = (kind: ButtonKind) => (
    <Button
      kind={kind}
      size="large"
      icon={<RotateCcw size={18} aria-hidden="true" />}
      onClick={onRejoin}
    >
      {t('over.rejoin')}
    </Button>
  );
  const home = (kind: ButtonKind) => (
    <Link to={user ? '/' : '/signin'} className={buttonClass(kind, 'large')}>
      {t(user ? 'over.home' : 'over.signIn')}
    </Link>
  );
  return (
    <Message icon={lost ? Unplug : DoorOpen} title={title} text={text}>
      {out ? (
        <>
          {home('primary')}
          {rejoin('outline')}
        </>
      ) : (
        <>
          {rejoin('primary')}
          {home('outline')}
        </>
      )}
    </Message>
  );

  function words(): { title: string; text: string; lost: boolean } {
    if (state.leftByChoice) return { title: t('over.left'), text: t('over.leftText'), lost: false };
    if (state.phase === 'failed' && state.error?.code === 'taken_over') {
      return { title: t('over.elsewhere'), text: t('over.elsewhereText'), lost: false };
    }
    if (state.phase === 'failed' && state.error?.code === 'removed') {
      if (state.notice?.kind === 'denied') {
        return { title: t('over.denied'), text: t('over.deniedText'), lost: false };
      }
      const operator = state.notice?.kind === 'removed' && !state.notice.by;
      const text = t(operator ? 'over.removedByOperator' : 'over.removedText');
      return { title: t('over.removed'), text, lost: false };
    }
    if (state.phase === 'failed' && state.error?.code !== 'meeting_ended') {
      return { title: t('over.lost'), text: t('over.lostText'), lost: true };
    }
    return { title: t('over.ended'), text: ended(), lost: false };
  }

  function ended(): string {
    const { endedBy, participants, self } = state;
    if (endedBy === '') return t('over.endedFromOutside');
    const by = participants.find(({ id }) => id === endedBy);
    if (by === undefined) return t('over.endedText');
    return by.id === self ? t('over.endedByYou') : t('over.endedBy', { name: by.name });
  }
}
