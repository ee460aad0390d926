import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { TileWish } from '../../call';
import { useSize } from '../../state/viewport';
import type { Frame } from '../../state/viewport';
import { useCall } from './call';
import { GridStage } from './GridStage';
import { PinnedStage } from './PinnedStage';
import type { Person } from './people';
import { ShareStage } from './ShareStage';
import { SpeakerStage } from './SpeakerStage';

export interface StageProps {
  code: string;
  people: Person[];
  /** The last speaker, steady enough to move tiles for. */
  speaker: string | undefined;
  /** Whom we keep large. */
  pinned: string | undefined;
  frame: Frame;
  /** A sheet covers most of a phone. */
  squeezed: boolean;
  frozen: boolean;
  pages: number;
  page: number;
  pageSize: number;
  onPage: (page: number) => void;
  onPeople: () => void;
}

export interface StageView extends StageProps {
  width: number;
  height: number;
  onWishes: (wishes: TileWish[]) => void;
}

/** Chooses how the people are laid out, and tells the engine which pictures are on the screen. */
export function Stage(props: StageProps) {
  const { t } = useTranslation();
  const call = useCall();
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const { frame, people } = props;
  const sharing = people.some((each) => each.sharing && !each.self);

  const wished = useRef('');
  const onWishes = (wishes: TileWish[]) => {
    const text = JSON.stringify(wishes);
    if (text === wished.current) return;
    wished.current = text;
    call.setTiles(wishes);
  };

  const pinned = people.find((each) => each.id === props.pinned);
  const view = { ...props, width, height, onWishes };
  return (
    <section
      aria-label={t(sharing ? 'meeting.shareStage' : 'meeting.stage')}
      className={
        frame === 'phone-landscape'
          ? 'absolute inset-0'
          : 'relative min-h-0 min-w-0 grow p-2 sm:p-4'
      }
    >
      <div ref={box} className="relative size-full">
        {width > 0 &&
          height > 0 &&
          (sharing ? (
            <ShareStage {...view} />
          ) : frame === 'phone-landscape' ? (
            <SpeakerStage {...view} />
          ) : pinned && people.length > 1 ? (
            <PinnedStage {...view} large={pinned} />
          ) : (
            <GridStage {...view} />
          ))}
      </div>
    </section>
  );
}

/** Runs after each drawing; the engine waits for the last word of a burst itself. */
export function useWishes(wishes: TileWish[], send: (wishes: TileWish[]) => void): void {
  useEffect(() => {
    send(wishes);
  });
}
