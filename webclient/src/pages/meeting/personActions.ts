import { createContext } from 'react';
import type { Person } from './people';

/** What a menu about somebody opens elsewhere on the page. */
export interface PersonActions {
  /** A private message. */
  write: (id: string) => void;
  /** The own name. */
  rename: () => void;
  remove: (person: Person) => void;
  /** Their permissions. */
  permit: (id: string) => void;
}

export const PersonActionsContext = createContext<PersonActions>({
  write: () => {},
  rename: () => {},
  remove: () => {},
  permit: () => {},
});
