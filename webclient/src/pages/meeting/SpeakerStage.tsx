import { NamePill } from '../../ui/Tile';
import { stripOrder } from './people';
import { PersonTile } from './PersonTile';
import { useWishes } from './Stage';
import type { StageView } from './Stage';
import { cameraWishes } from './wishes';

const small = { width: 152, height: 96 };

/** A phone on its side: the speaker fills it, two small tiles lie on the right. */
export function SpeakerStage(props: StageView) {
  const { people, speaker, pinned, frozen, width, height, onWishes } = props;
  const main =
    people.find((each) => each.id === pinned) ??
    people.find((each) => each.id === speaker && !each.self) ??
    people.find((each) => !each.self) ??
    people[0];
  const rest = stripOrder(
    people.filter((each) => each.id !== main?.id),
    undefined,
  );
  const self = rest.filter((each) => each.self);
  const beside = [...self, ...rest.filter((each) => !each.self)].slice(0, 2);

  useWishes(
    cameraWishes(
      [
        ...(main ? [{ person: main, rect: { height } }] : []),
        ...beside.map((person) => ({ person, rect: small })),
      ],
      window.devicePixelRatio,
    ),
    onWishes,
  );

  if (main === undefined) return null;
  return (
    <>
      <PersonTile person={main} rect={{ width, height }} frozen={frozen} bleed />
      <div className="absolute bottom-5 left-[max(1.5rem,env(safe-area-inset-left))] z-30 h-7 w-52">
        <NamePill {...main} frozen={frozen} small={false} />
      </div>
      <div className="absolute top-16 right-[max(1.5rem,env(safe-area-inset-right))] flex flex-col gap-2">
        {beside.map((person) => (
          <div key={person.id} style={small}>
            <PersonTile person={person} rect={small} frozen={frozen} />
          </div>
        ))}
      </div>
    </>
  );
}
