import { useTranslation } from 'react-i18next';
import { share as layout } from '../../layout';
import { Placed } from '../../ui/TileGrid';
import { stripOrder } from './people';
import type { Person } from './people';
import { PersonTile } from './PersonTile';
import { useWishes } from './Stage';
import type { StageView } from './Stage';
import { cameraWishes } from './wishes';

/** The one whom we pinned, as large as it goes, and a strip of the others. */
export function PinnedStage({ large, ...props }: StageView & { large: Person }) {
  const { t } = useTranslation();
  const { people, speaker, frame, squeezed, frozen, width, height } = props;
  const phone = frame === 'phone';
  const rest = people.filter((each) => each.id !== large.id);
  const faces = squeezed ? [] : stripOrder(rest, speaker);
  const places = layout({ width, height, gap: phone ? 8 : 12, count: faces.length, phone });
  const strip = places.strip.flatMap((rect, i) => {
    const person = faces[i];
    return person ? [{ person, rect }] : [];
  });
  const shown = [{ person: large, rect: places.share }, ...strip];
  useWishes(cameraWishes(shown, window.devicePixelRatio), props.onWishes);
  return (
    <>
      {shown.map(({ person, rect }) => (
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
    </>
  );
}
