import type { Rect } from '../../layout';
import { Tile } from '../../ui/Tile';
import { useCall } from './call';
import type { Person } from './people';

/** A person's tile with the picture that the engine has of them. */
export function PersonTile({
  person,
  rect,
  frozen,
  bleed,
}: {
  person: Person;
  rect: Pick<Rect, 'width' | 'height'>;
  frozen: boolean;
  bleed?: boolean;
}) {
  const call = useCall();
  return (
    <Tile
      id={person.id}
      name={person.name}
      self={person.self}
      microphone={person.microphone}
      speaking={person.speaking}
      active={person.active}
      hand={person.hand}
      stream={person.camera ? call.videoOf(person.id, 'camera') : null}
      frozen={frozen}
      width={rect.width}
      height={rect.height}
      {...(bleed === undefined ? {} : { bleed })}
    />
  );
}
