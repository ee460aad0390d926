import clsx from 'clsx';
import { MonitorUp } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { share as layout } from '../../layout';
import { Placed } from '../../ui/TileGrid';
import { Video } from '../../ui/Video';
import { useCall } from './call';
import { stripOrder } from './people';
import type { Person } from './people';
import { PersonTile } from './PersonTile';
import { useWishes } from './Stage';
import type { StageView } from './Stage';
import { cameraWishes, screenWish } from './wishes';

const tabsHeight = 52;

/** Somebody's screen, as large as it goes, and a strip of faces. Two screens are tabs. */
export function ShareStage(props: StageView) {
  const { t } = useTranslation();
  const call = useCall();
  const { people, speaker, frame, squeezed, frozen } = props;
  const [chosen, setChosen] = useState<string>();
  const sharers = people.filter((each) => each.sharing);
  const shown =
    sharers.find((each) => each.id === chosen) ?? sharers.find((each) => !each.self) ?? sharers[0];

  const phone = frame === 'phone';
  const landscape = frame === 'phone-landscape';
  const gap = phone || landscape ? 8 : 12;
  const inset = landscape ? 12 : 0;
  const width = props.width - 2 * inset;
  const tabs = sharers.length > 1 ? tabsHeight : 0;
  const top = landscape ? 56 + tabs : tabs;
  const height = props.height - top - (landscape ? 88 : 0);
  const faces = squeezed ? [] : stripOrder(people, props.pinned ?? speaker);
  const places = layout({ width, height, gap, count: faces.length, phone });
  const strip = places.strip.flatMap((rect, i) => {
    const person = faces[i];
    return person ? [{ person, rect }] : [];
  });

  const ratio = window.devicePixelRatio;
  useWishes(
    [
      ...(shown && !shown.self ? [screenWish(shown.id, places.share.height, ratio)] : []),
      ...cameraWishes(strip, ratio),
    ],
    props.onWishes,
  );

  if (shown === undefined) return null;
  const stream = call.videoOf(shown.id, 'screen');
  const name = shown.self ? t('meeting.ownShare') : t('meeting.shareOf', { name: shown.name });
  return (
    <>
      {tabs > 0 && (
        <Tabs sharers={sharers} shown={shown} top={top - tabsHeight} onChoose={setChosen} />
      )}
      <div className="absolute" style={{ top, left: inset, width, height }}>
        <Placed rect={places.share}>
          <article
            aria-label={name}
            data-participant={shown.id}
            data-source="screen"
            className={clsx(
              'relative size-full overflow-hidden rounded-tile bg-black transition-[filter] duration-200',
              frozen && 'brightness-55 grayscale',
            )}
          >
            {shown.self ? (
              <p className="flex size-full items-center justify-center px-6 text-center text-body text-muted">
                {t('meeting.ownShareText')}
              </p>
            ) : stream ? (
              <Video stream={stream} fit="whole" watch={call.watchFrames} />
            ) : (
              <p
                role="status"
                className="flex size-full items-center justify-center px-6 text-center text-body text-muted"
              >
                {t('meeting.waitingPicture')}
              </p>
            )}
          </article>
        </Placed>
        {strip.map(({ person, rect }) => (
          <Placed key={person.id} rect={rect}>
            <PersonTile person={person} rect={rect} frozen={frozen} />
          </Placed>
        ))}
        {places.more && (
          <Placed rect={places.more}>
            <button
              type="button"
              onClick={props.onPeople}
              className="size-full rounded-card bg-surface-2 text-body font-medium text-muted hover:bg-surface-3 hover:text-ink"
            >
              {t('meeting.moreTiles', { count: places.hidden })}
            </button>
          </Placed>
        )}
      </div>
    </>
  );
}

function Tabs({
  sharers,
  shown,
  top,
  onChoose,
}: {
  sharers: Person[];
  shown: Person;
  top: number;
  onChoose: (id: string) => void;
}) {
  const { t } = useTranslation();
  return (
    <div
      role="group"
      aria-label={t('meeting.shareStage')}
      className="absolute inset-x-0 flex gap-2 overflow-x-auto"
      style={{ top }}
    >
      {sharers.map((each) => (
        <button
          key={each.id}
          type="button"
          aria-pressed={each.id === shown.id}
          onClick={() => onChoose(each.id)}
          className={clsx(
            'inline-flex h-10 max-w-64 shrink-0 items-center gap-2.5 rounded-full px-4 text-body font-medium',
            each.id === shown.id ? 'bg-surface-3 text-ink' : 'text-muted hover:bg-surface-2',
          )}
        >
          <MonitorUp size={18} aria-hidden="true" />
          <span className="truncate" dir="auto">
            {each.self ? t('meeting.ownShare') : t('meeting.shareOf', { name: each.name })}
          </span>
        </button>
      ))}
    </div>
  );
}
