import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallState } from '../../call';
import { nameOf } from '../../ui/emojis';
import { plainText } from '../../ui/markdown';
import { announcements } from './announcements';
import type { Announcement, Verbosity } from './announcements';
import { Speech } from './speech';

/** Tells readers of the screen what the eye would notice, as much of it as they want. */
export function Announcer({
  state,
  chatOpen,
  verbosity,
}: {
  state: CallState;
  chatOpen: boolean;
  verbosity: Verbosity;
}) {
  const { t } = useTranslation();
  const region = useRef<HTMLDivElement>(null);
  const before = useRef(state);
  const speech = useRef<Speech>(undefined);

  useEffect(() => {
    const current = new Speech((text) => {
      if (region.current) region.current.textContent = text;
    });
    speech.current = current;
    return () => current.close();
  }, []);

  useEffect(() => {
    const was = before.current;
    before.current = state;
    speech.current?.add(announcements(was, state, verbosity, chatOpen).map(words));

    function words(each: Announcement): string {
      switch (each.kind) {
        case 'joined':
        case 'left':
        case 'back':
        case 'away':
        case 'handUp':
        case 'shares':
        case 'sharesNoMore':
          return t(`announce.${each.kind}`, { name: each.name });
        case 'joinedMany':
          return t('announce.joinedMany', { count: each.count });
        case 'leftMany':
          return t('announce.leftMany', { count: each.count });
        case 'ownHand':
          return t('announce.ownHand', { place: each.place });
        case 'ownHandDown':
        case 'reconnecting':
        case 'connected':
        case 'locked':
        case 'unlocked':
          return t(`announce.${each.kind}`);
        case 'ownMicrophone':
          return t(each.on ? 'announce.unmuted' : 'announce.muted');
        case 'ownCamera':
          return t(each.on ? 'announce.cameraOn' : 'announce.cameraOff');
        case 'chat':
          return t('chat.said', { name: each.name, text: plainText(each.text).slice(0, 200) });
        case 'reaction':
          return t('reactions.said', {
            name: each.name,
            reaction: t(`reactions.${nameOf(each.emoji)}`),
          });
        case 'reactions':
          return t('reactions.many', { count: each.count });
      }
    }
  }, [state, verbosity, chatOpen, t]);

  return <div ref={region} role="status" aria-live="polite" className="sr-only" />;
}
