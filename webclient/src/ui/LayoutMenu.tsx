import {
  ChevronDown,
  GalleryHorizontalEnd,
  LayoutGrid,
  PanelRight,
  Sparkles,
  UserRound,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { modes } from '../layout';
import type { Mode } from '../layout';
import { Menu, MenuCheck, MenuChoices, MenuLabel, MenuSeparator } from './Menu';

/** Drawn on the button and beside each choice. */
export const modeSigns = {
  auto: Sparkles,
  grid: LayoutGrid,
  speaker: GalleryHorizontalEnd,
  sidebar: PanelRight,
} as const;

export interface LayoutMenuProps {
  mode: Mode;
  onMode: (mode: Mode) => void;
  tiles: string;
  /** How many tiles a page may have; none where there is nothing to choose. */
  tilesChoices: readonly { value: string; label: string }[];
  onTiles: (value: string) => void;
  self: boolean;
  onSelf: (self: boolean) => void;
  /** A sign only, without the word. */
  compact: boolean;
}

/** How the stage is laid out. */
export function LayoutMenu(props: LayoutMenuProps) {
  const { t } = useTranslation();
  const { mode, compact } = props;
  const Sign = modeSigns[mode];
  const name = t(`layout.${mode}`);
  return (
    <Menu
      align="end"
      label={t('layout.title')}
      trigger={
        <button
          type="button"
          aria-label={t('layout.button', { name })}
          className={
            compact
              ? 'inline-flex size-11 items-center justify-center rounded-full text-muted hover:bg-surface-2 focus-visible:-outline-offset-2'
              : 'inline-flex h-8 items-center gap-2 rounded-full bg-surface-2 px-3.5 text-body font-medium hover:bg-surface-3'
          }
        >
          <Sign size={compact ? 20 : 16} aria-hidden="true" />
          {!compact && (
            <>
              <span aria-hidden="true">{name}</span>
              <ChevronDown size={16} aria-hidden="true" />
            </>
          )}
        </button>
      }
    >
      <LayoutItems {...props} />
    </Menu>
  );
}

/** The same for another menu to hold. */
export function LayoutItems(props: Omit<LayoutMenuProps, 'compact'>) {
  const { t } = useTranslation();
  return (
    <>
      <MenuLabel>{t('layout.title')}</MenuLabel>
      <MenuChoices
        value={props.mode}
        choices={modes.map((value) => {
          const Sign = modeSigns[value];
          return { value, label: t(`layout.${value}`), icon: <Sign size={18} /> };
        })}
        onChoose={(value) => props.onMode(value as Mode)}
      />
      {props.tilesChoices.length > 0 && (
        <>
          <MenuSeparator />
          <MenuLabel>{t('layout.tiles')}</MenuLabel>
          <MenuChoices value={props.tiles} choices={props.tilesChoices} onChoose={props.onTiles} />
        </>
      )}
      <MenuSeparator />
      <MenuCheck
        icon={<UserRound size={18} />}
        checked={props.self}
        onChange={() => props.onSelf(!props.self)}
      >
        {t('layout.self')}
      </MenuCheck>
    </>
  );
}
