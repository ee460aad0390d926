import { createContext, useContext } from 'react';

export type PanelName = 'chat' | 'people' | 'connection';

/** How something inside the stage opens a panel beside it. */
export const PanelOpener = createContext<(name: PanelName) => void>(() => {});

export function usePanelOpener(): (name: PanelName) => void {
  return useContext(PanelOpener);
}
