import clsx from 'clsx';
import { Mic, MicOff, Video as Camera, VideoOff } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Preview } from '../../state/preview';
import { Avatar } from '../../ui/Avatar';
import { IconButton } from '../../ui/IconButton';
import { Spinner } from '../../ui/Spinner';
import { Video } from '../../ui/Video';
import { DeviceTrouble } from './DeviceTrouble';
import { troubleOf } from './trouble';

/** What the others will see, with the two switches on it. Always dark, as the stage is. */
export function PreviewPicture({
  preview,
  person,
}: {
  preview: Preview;
  person: { id: string; name: string };
}) {
  const { t } = useTranslation();
  const { camera, microphone } = preview;
  const trouble = troubleOf(preview);
  const track = camera.phase === 'on' ? camera.track : null;
  const written = trouble !== null && trouble.device !== 'microphone';
  const stream = useMemo(() => (track ? new MediaStream([track]) : null), [track]);

  return (
    <section
      aria-label={t('door.preview')}
      data-theme="dark"
      className={clsx(
        'relative flex w-full flex-col rounded-tile bg-surface-1 text-ink',
        // What is written may be taller than a picture.
        !written && 'overflow-hidden lg:aspect-video',
        !stream && 'min-h-60',
      )}
    >
      {stream ? (
        <div className="aspect-video w-full lg:absolute lg:inset-0 lg:aspect-auto">
          <Video stream={stream} mirrored />
        </div>
      ) : written ? (
        <div className="grid grow grid-cols-1 *:[grid-area:1/1]">
          <span aria-hidden="true" className="hidden aspect-video lg:block" />
          <DeviceTrouble trouble={trouble} onRetry={preview.retry}>
            {trouble.device === 'camera' && microphone.phase !== 'trouble' && (
              <MicrophoneSwitch preview={preview} />
            )}
          </DeviceTrouble>
        </div>
      ) : camera.phase === 'asking' ? (
        <div
          role="status"
          className="flex grow flex-col items-center justify-center px-6 text-center"
        >
          <Spinner size={26} />
          <p className="mt-4 text-dialog font-semibold text-balance">{t('door.asking')}</p>
          <p className="mt-1.5 text-body text-balance text-muted">{t('door.askingText')}</p>
        </div>
      ) : (
        <div className="flex grow flex-col items-center justify-center gap-4 pb-16">
          <Avatar id={person.id} name={person.name || '?'} size={112} />
          <p className="text-body text-muted">{t('door.cameraOff')}</p>
        </div>
      )}
      {(stream || camera.phase === 'off') && (
        <div
          data-on-video
          className="absolute inset-x-0 bottom-0 flex justify-center gap-3 bg-linear-to-t from-black/60 to-transparent pt-16 pb-5"
        >
          <MicrophoneSwitch preview={preview} />
          <IconButton
            label={t(camera.phase === 'on' ? 'devices.stopCamera' : 'devices.startCamera')}
            icon={camera.phase === 'on' ? <Camera size={21} /> : <VideoOff size={21} />}
            look={camera.phase === 'on' ? 'soft' : 'off'}
            hotkey="V"
            onClick={() => preview.turn('camera', camera.phase !== 'on')}
          />
        </div>
      )}
    </section>
  );
}

function MicrophoneSwitch({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  const { phase } = preview.microphone;
  return (
    <IconButton
      label={t(phase === 'on' ? 'devices.mute' : 'devices.unmute')}
      icon={phase === 'on' ? <Mic size={21} /> : <MicOff size={21} />}
      look={phase === 'on' ? 'soft' : 'off'}
      hotkey="M"
      disabled={phase === 'asking'}
      onClick={() => preview.turn('microphone', phase !== 'on')}
    />
  );
}
