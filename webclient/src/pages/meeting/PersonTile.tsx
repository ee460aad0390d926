import { useEffect, useState } from 'react';
import type { Rect } from '../../layout';
import { Tile } from '../../ui/Tile';
import { useCall, useCallState } from './call';
import type { Person } from './people';
import { levelOf, pictureQuality } from './quality';
import type { PictureQuality } from './quality';
import { QualityBadge } from './QualityBadge';
import { TileActions } from './TileActions';

// A touch has no hover: what a tile offers stays for so long.
const touchedFor = 4_000;

/** A person's tile with the picture that the engine has of them, and what one can do with it. */
export function PersonTile({
  person,
  rect,
  frozen,
  bleed = false,
}: {
  person: Person;
  rect: Pick<Rect, 'width' | 'height'>;
  frozen: boolean;
  bleed?: boolean;
}) {
  const call = useCall();
  const { quality: said, saving, participants } = useCallState(call);
  const [touched, setTouched] = useState(0);
  useEffect(() => {
    if (touched === 0) return;
    const timer = setTimeout(() => setTouched(0), touchedFor);
    return () => clearTimeout(timer);
  }, [touched]);

  const seen = person.camera && (person.self || (saving !== 'sound' && saving !== 'shares'));
  const quality: PictureQuality = person.self
    ? ownPicture(said?.up)
    : pictureQuality(said, person.id, call.qualityOf(person.id, 'camera'));
  const badge = seen && !frozen && !person.away && !bleed && quality.level !== 'good';
  const small = rect.width < 220;
  const actions = participants.length > 1 && !bleed;
  return (
    <div
      className="group/tile relative size-full"
      onPointerUp={(event) => event.pointerType === 'touch' && setTouched(event.timeStamp)}
    >
      <Tile
        id={person.id}
        name={person.name}
        self={person.self}
        microphone={person.microphone}
        speaking={person.speaking}
        active={person.active}
        hand={person.hand}
        stream={seen ? call.videoOf(person.id, 'camera') : null}
        watch={person.self ? undefined : call.watchFrames}
        frozen={frozen}
        away={person.away}
        paused={seen && !frozen && quality.paused}
        badge={badge}
        width={rect.width}
        height={rect.height}
        bleed={bleed}
      />
      {badge && <QualityBadge person={person} quality={quality} small={small} />}
      {actions && <TileActions person={person} small={small} shown={touched !== 0} />}
    </div>
  );
}

function ownPicture(up: number | undefined): PictureQuality {
  const level = up === undefined ? 'good' : levelOf(up);
  return { level, side: 'yours', reason: { kind: 'met' }, paused: false };
}
