import { Mic, MicOff, Video, VideoOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useDevices } from '../../state/devices';
import type { Preview, PreviewDevice, PreviewKind } from '../../state/preview';
import { DevicePicker } from '../../ui/DevicePicker';
import { LevelMeter } from '../../ui/LevelMeter';
import { SpeakerPicker } from './SpeakerPicker';

/** The pickers under the preview. */
export function PreviewDevices({ preview }: { preview: Preview }) {
  return (
    <div className="grid gap-3 sm:grid-cols-3 lg:gap-4 flat:grid-cols-1 flat:gap-2">
      <Picker kind="camera" preview={preview} />
      <Picker kind="microphone" preview={preview} />
      <SpeakerPicker again={preview.microphone} />
    </div>
  );
}

function Picker({ kind, preview }: { kind: PreviewKind; preview: Preview }) {
  const { t } = useTranslation();
  const device = preview[kind];
  const choices = useDevices(kind === 'camera' ? 'videoinput' : 'audioinput', device);
  const value = device.phase === 'on' ? device.track.getSettings().deviceId : undefined;
  const name = choices.find((each) => each.value === value)?.label;
  return (
    <DevicePicker
      label={t(`devices.${kind}`)}
      icon={<Sign kind={kind} on={device.phase === 'on'} />}
      name={name ?? (device.phase === 'on' ? t('devices.noName') : t(`devices.${kind}`))}
      note={<Note kind={kind} device={device} />}
      trouble={device.phase === 'trouble'}
      value={value}
      choices={choices}
      onChoose={(id) => preview.choose(kind, id)}
    />
  );
}

function Sign({ kind, on }: { kind: PreviewKind; on: boolean }): ReactNode {
  if (kind === 'camera') return on ? <Video size={20} /> : <VideoOff size={20} />;
  return on ? <Mic size={20} /> : <MicOff size={20} />;
}

function Note({ kind, device }: { kind: PreviewKind; device: PreviewDevice }): ReactNode {
  const { t } = useTranslation();
  switch (device.phase) {
    case 'asking':
      return t('devices.asking');
    case 'off':
      return t('devices.off');
    case 'trouble':
      return t(`devices.short.${device.problem}`);
    case 'on': {
      if (kind === 'microphone') {
        return <LevelMeter track={device.track} label={t('devices.level')} />;
      }
      const { width, height } = device.track.getSettings();
      return (
        <bdi dir="ltr" className="tabular">
          {width && height ? `${width} × ${height}` : ''}
        </bdi>
      );
    }
  }
}
