import clsx from 'clsx';
import { useTranslation } from 'react-i18next';
import { Video } from '../../ui/Video';
import { useCall } from './call';
import type { Person } from './people';

/** Somebody's screen; our own would only show itself in itself. */
export function ShareTile({ person, frozen }: { person: Person; frozen: boolean }) {
  const { t } = useTranslation();
  const call = useCall();
  const stream = person.self ? null : call.videoOf(person.id, 'screen');
  return (
    <article
      aria-label={person.self ? t('meeting.ownShare') : t('meeting.shareOf', { name: person.name })}
      data-participant={person.id}
      data-source="screen"
      className={clsx(
        'relative size-full overflow-hidden rounded-tile bg-black transition-[filter] duration-200',
        frozen && 'brightness-55 grayscale',
      )}
    >
      {stream ? (
        <Video stream={stream} fit="whole" watch={call.watchFrames} />
      ) : (
        <p
          role={person.self ? undefined : 'status'}
          className="flex size-full items-center justify-center px-6 text-center text-body text-muted"
        >
          {t(person.self ? 'meeting.ownShareText' : 'meeting.waitingPicture')}
        </p>
      )}
    </article>
  );
}
