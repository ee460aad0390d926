import clsx from 'clsx';
import { Hand, Mic, MicOff, PauseCircle } from 'lucide-react';
import { memo } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { avatarColour } from './avatar';
import { Avatar } from './Avatar';
import { SpeakingBars } from './SpeakingBars';
import { Spinner } from './Spinner';
import { Video } from './Video';
import type { WatchFrames } from './Video';

export interface TileProps {
  id: string;
  name: string;
  self: boolean;
  microphone: boolean;
  speaking: boolean;
  active: boolean;
  hand: number;
  /** Null draws the initials. */
  stream: MediaStream | null;
  /** The connection is gone: the last picture stays, grey. */
  frozen: boolean;
  /** Their connection is gone and may come back: the same, with words. */
  away?: boolean;
  /** Nothing is sent of it for want of bandwidth: the last picture stays, grey, with words. */
  paused?: boolean;
  /** Something stands at the bottom right, beside the name. */
  badge?: boolean;
  /** Learns where the frames of the picture can be seen. */
  watch?: WatchFrames | undefined;
  width: number;
  height: number;
  /** Fills the window, without corners. */
  bleed?: boolean;
}

/** One person. The name, the microphone and the hand lie on the picture. */
export const Tile = memo(function Tile(props: TileProps) {
  const { t } = useTranslation();
  const { id, name, self, stream, frozen, paused = false, away = false } = props;
  const { width, height, bleed = false } = props;
  const small = width < 220;
  const corners = bleed ? 'rounded-none' : small ? 'rounded-card' : 'rounded-tile';
  const side = Math.min(width, height);
  return (
    <article
      aria-label={name}
      data-participant={id}
      data-source="camera"
      className="relative size-full"
    >
      <div
        className={clsx(
          'absolute inset-0 overflow-hidden bg-surface-1 transition-[filter] duration-200',
          corners,
          (frozen || paused || away) && 'brightness-55 grayscale',
        )}
      >
        {stream ? (
          <Video stream={stream} mirrored={self} watch={props.watch} />
        ) : (
          <div
            className="absolute inset-0 flex items-center justify-center"
            style={{ background: glow(id) }}
          >
            <Avatar id={id} name={name} size={Math.round(Math.max(40, side * 0.42))} />
          </div>
        )}
      </div>
      {!bleed && (
        <span
          aria-hidden="true"
          className={clsx(
            'pointer-events-none absolute -inset-1 border-[3px] border-focus transition-opacity ease-plenum',
            small ? 'rounded-[16px]' : 'rounded-[20px]',
            props.active && !frozen && !away
              ? 'opacity-100 duration-[120ms]'
              : 'opacity-0 delay-500 duration-[400ms]',
          )}
        />
      )}
      {away && !frozen ? (
        <Sign
          small={small}
          icon={<Spinner size={small ? 14 : 17} />}
          text={t('meeting.reconnecting')}
        />
      ) : (
        paused && (
          <Sign
            small={small}
            icon={<PauseCircle size={small ? 14 : 17} aria-hidden="true" />}
            text={t('meeting.pausedPicture')}
          />
        )
      )}
      {!bleed && <NamePill {...props} small={small} />}
      {props.hand > 0 && <HandSign place={props.hand} small={small} />}
    </article>
  );
});

export function NamePill({
  name,
  self,
  microphone,
  speaking,
  frozen,
  badge = false,
  small,
}: Pick<TileProps, 'name' | 'self' | 'microphone' | 'speaking' | 'frozen' | 'badge'> & {
  small: boolean;
}) {
  const { t } = useTranslation();
  const heard = speaking && microphone && !frozen;
  return (
    <div
      className={clsx(
        'absolute flex items-center gap-1.5 rounded-full bg-pill text-ink',
        badge ? 'max-w-[calc(100%-3.5rem)]' : 'max-w-[calc(100%-1rem)]',
        small
          ? 'start-1.5 bottom-1.5 h-6 px-2 text-small'
          : 'start-2.5 bottom-2.5 h-7 px-2.5 text-label',
      )}
    >
      {heard ? (
        <SpeakingBars />
      ) : microphone ? (
        <Mic size={small ? 14 : 16} aria-hidden="true" />
      ) : (
        <MicOff size={small ? 14 : 16} className="text-off-sign" aria-hidden="true" />
      )}
      <span className="sr-only">
        {t(heard ? 'meeting.speaking' : microphone ? 'meeting.unmuted' : 'meeting.muted')}
      </span>
      <span className={clsx('truncate', heard ? 'font-bold' : 'font-medium')} dir="auto">
        {name}
      </span>
      {self && <span className="shrink-0 text-muted">{t('meeting.you')}</span>}
    </div>
  );
}

/** Why the picture stands still. */
function Sign({ small, icon, text }: { small: boolean; icon: ReactNode; text: string }) {
  return (
    <div className="absolute inset-0 flex items-center justify-center">
      <span
        className={clsx(
          'inline-flex items-center gap-1.5 rounded-full bg-pill font-medium text-ink',
          small ? 'h-6 px-2 text-small' : 'h-8 px-3 text-label',
        )}
      >
        {icon}
        {text}
      </span>
    </div>
  );
}

function HandSign({ place, small }: { place: number; small: boolean }) {
  const { t } = useTranslation();
  return (
    <div
      className={clsx(
        'absolute flex items-center gap-1 rounded-full bg-amber font-bold text-on-amber',
        small ? 'end-1.5 top-1.5 h-6 px-2 text-small' : 'end-2.5 top-2.5 h-7 px-2.5 text-label',
      )}
    >
      <Hand size={small ? 15 : 17} aria-hidden="true" />
      <span aria-hidden="true" className="tabular">
        {place}
      </span>
      <span className="sr-only">{t('meeting.hand', { count: place })}</span>
    </div>
  );
}

// The avatar's colour, faint, so that a camera that is off is not a hole.
function glow(id: string): string {
  const colour = avatarColour(id);
  return `radial-gradient(circle at 50% 42%, ${colour}40, ${colour}14 60%, ${colour}0d)`;
}
