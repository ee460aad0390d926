import clsx from 'clsx';
import { Ellipsis, Pin, PinOff } from 'lucide-react';
import { useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { Menu } from '../../ui/Menu';
import type { Person } from './people';
import { PersonItems } from './PersonItems';
import { PinContext } from './pins';

const round =
  'relative inline-flex size-8 items-center justify-center rounded-full bg-pill text-ink before:absolute before:-inset-1.5 before:content-[""] hover:bg-black';

/** Pin and menu of a tile: on hover, on focus, and after a touch of the tile. */
export function TileActions({
  person,
  small,
  shown,
}: {
  person: Person;
  small: boolean;
  shown: boolean;
}) {
  const { t } = useTranslation();
  const { pinned, toggle } = useContext(PinContext);
  const { id, name } = person;
  const isPinned = pinned.includes(id);
  return (
    <div
      data-on-video
      className={clsx(
        'absolute flex gap-4 transition-opacity duration-[120ms]',
        small ? 'start-1.5 top-1.5' : 'start-2.5 top-2.5',
        'group-hover/tile:opacity-100 focus-within:opacity-100 has-data-[state=open]:opacity-100',
        !shown && !isPinned && 'pointer-events-none opacity-0 group-hover/tile:pointer-events-auto',
      )}
    >
      {(!small || isPinned) && (
        <button
          type="button"
          aria-label={t(isPinned ? 'meeting.unpin' : 'meeting.pin', { name })}
          aria-pressed={isPinned}
          onClick={() => toggle(id)}
          className={round}
        >
          {isPinned ? (
            <PinOff size={16} aria-hidden="true" />
          ) : (
            <Pin size={16} aria-hidden="true" />
          )}
        </button>
      )}
      <Menu
        label={t('meeting.tileMenu', { name })}
        trigger={
          <button type="button" aria-label={t('meeting.tileMenu', { name })} className={round}>
            <Ellipsis size={16} aria-hidden="true" />
          </button>
        }
      >
        <PersonItems person={person} />
      </Menu>
    </div>
  );
}
