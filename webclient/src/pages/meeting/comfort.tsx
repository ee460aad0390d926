import { useState } from 'react';
import type { ReactNode } from 'react';
import { RadioGroup } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { keep, kept } from '../../state/kept';
import { Checkbox } from '../../ui/Checkbox';
import { Part, Radio } from '../../ui/SettingsDialog';
import { verbosities } from './announcements';
import type { Verbosity } from './announcements';

export interface Comfort {
  reactions: boolean;
  verbosity: Verbosity;
  /** The switches, for the settings. */
  part: ReactNode;
}

/** What this person wants to see, to hear and to be told. */
export function useComfort(): Comfort {
  const { t } = useTranslation();
  const [reactions, setReactions] = useState(() => kept('reactions') !== 'no');
  const [sounds, setSounds] = useState(() => kept('sounds') !== 'no');
  const [verbosity, setVerbosity] = useState<Verbosity>(
    () => verbosities.find((each) => each === kept('verbosity')) ?? 'some',
  );
  const flag = (name: string, set: (on: boolean) => void) => (on: boolean) => {
    keep(name, on ? null : 'no');
    set(on);
  };
  return {
    reactions,
    verbosity,
    part: (
      <>
        <Part title={t('comfort.title')}>
          <Checkbox
            label={t('reactions.show')}
            hint={t('reactions.showHint')}
            checked={reactions}
            onChange={flag('reactions', setReactions)}
          />
          <Checkbox
            label={t('comfort.sounds')}
            hint={t('comfort.soundsHint')}
            checked={sounds}
            onChange={flag('sounds', setSounds)}
          />
        </Part>
        <Part title={t('comfort.reader')}>
          <RadioGroup.Root
            aria-label={t('comfort.reader')}
            value={verbosity}
            onValueChange={(value) => {
              keep('verbosity', value === 'some' ? null : value);
              setVerbosity(value as Verbosity);
            }}
            className="grid gap-1"
          >
            {verbosities.map((each) => (
              <Radio
                key={each}
                value={each}
                label={t(`comfort.verbosity.${each}`)}
                hint={t(`comfort.verbosityHints.${each}`)}
              />
            ))}
          </RadioGroup.Root>
        </Part>
      </>
    ),
  };
}
