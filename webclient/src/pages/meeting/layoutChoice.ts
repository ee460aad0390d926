import { useState } from 'react';
import { modes } from '../../layout';
import type { Mode } from '../../layout';
import { keep, kept } from '../../state/kept';
import { tilesChoices } from './people';
import type { TilesChoice } from './people';

/** How this person likes the stage, from meeting to meeting. */
export interface LayoutChoice {
  mode: Mode;
  setMode: (mode: Mode) => void;
  tiles: TilesChoice;
  setTiles: (tiles: TilesChoice) => void;
  /** The own picture is among the tiles. */
  self: boolean;
  setSelf: (self: boolean) => void;
}

export function useLayoutChoice(): LayoutChoice {
  const [mode, setMode] = useState(() => among(modes, kept('layout'), 'auto'));
  const [tiles, setTiles] = useState(() => among(tilesChoices, kept('tiles'), 'auto'));
  const [self, setSelf] = useState(() => kept('self-view') !== 'no');
  return {
    mode,
    setMode: (next) => {
      keep('layout', next === 'auto' ? null : next);
      setMode(next);
    },
    tiles,
    setTiles: (next) => {
      keep('tiles', next === 'auto' ? null : next);
      setTiles(next);
    },
    self,
    setSelf: (next) => {
      keep('self-view', next ? null : 'no');
      setSelf(next);
    },
  };
}

function among<T extends string>(all: readonly T[], value: string | null, otherwise: T): T {
  return all.find((each) => each === value) ?? otherwise;
}
