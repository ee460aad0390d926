import { Volume2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DevicePicker } from '../../ui/DevicePicker';
import { useSpeakerOutput } from '../meeting/speakerOutput';
import { playTestSound } from './testSound';

/** Where sound comes out, and a sound to hear that it does. */
export function SpeakerPicker({ again }: { again: unknown }) {
  const { t } = useTranslation();
  const { sink, output } = useSpeakerOutput(again);
  const [playing, setPlaying] = useState(false);
  const stop = useRef<() => void>(undefined);
  useEffect(() => () => stop.current?.(), []);

  function play() {
    stop.current?.();
    setPlaying(true);
    stop.current = playTestSound(sink, () => setPlaying(false));
  }

  const name = output?.devices.find(({ value }) => value === output.device)?.label;
  return (
    <div className="relative min-w-0">
      <DevicePicker
        label={t('devices.speaker')}
        icon={<Volume2 size={20} />}
        name={name ?? t('devices.systemSpeaker')}
        // Keeps the line on which the button lies: a button cannot stand in another.
        note={<span aria-hidden="true">&nbsp;</span>}
        value={output?.device}
        choices={output?.devices ?? []}
        none={t('devices.noChoice')}
        onChoose={(id) => output?.choose(id)}
      />
      <button
        type="button"
        onClick={play}
        className="absolute start-[2.9375rem] bottom-1 inline-flex min-h-6 items-center rounded-chip px-0.5 text-small font-medium text-link hover:underline"
      >
        {t(playing ? 'devices.playing' : 'devices.play')}
      </button>
    </div>
  );
}
