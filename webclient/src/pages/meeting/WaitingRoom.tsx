import { MessageSquareText, Mic, MicOff, Video as Camera, VideoOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStage } from '../../state/theme';
import { useTitle } from '../../state/title';
import { Avatar } from '../../ui/Avatar';
import { BrandMark } from '../../ui/BrandMark';
import { Button } from '../../ui/Button';
import { IconButton } from '../../ui/IconButton';
import { Spinner } from '../../ui/Spinner';
import { Video } from '../../ui/Video';
import { useCall, useCallState } from './call';
import { useOwnControls } from './controls';

/** In the lobby: one's own picture, what the host says, and the way out. It goes on by itself. */
export function WaitingRoom({ title, name }: { title: string; name: string }) {
  const { t } = useTranslation();
  useStage();
  useTitle(t('titles.meeting', { title }));
  const call = useCall();
  const state = useCallState(call);
  const { microphone, camera } = useOwnControls();
  const { self = '', lobby, notice } = state;
  const stream = state.camera.on ? call.videoOf(self, 'camera') : null;
  return (
    <div className="flex min-h-dvh flex-col bg-canvas text-ink">
      <header className="flex h-12 shrink-0 items-center gap-2.5 px-4">
        <BrandMark size={24} />
        <p className="truncate text-field font-semibold" dir="auto">
          {title}
        </p>
      </header>
      <main className="mx-auto grid w-full max-w-[60rem] grow content-center items-center gap-8 px-4 py-6 lg:grid-cols-[minmax(0,1fr)_22rem] lg:gap-12">
        <section
          aria-label={t('door.preview')}
          className="relative aspect-video w-full overflow-hidden rounded-tile bg-surface-1"
        >
          {stream ? (
            <Video stream={stream} mirrored />
          ) : (
            <div className="flex size-full items-center justify-center pb-16 sm:pb-0">
              <Avatar id={self} name={name} size={96} />
            </div>
          )}
          <div data-on-video className="absolute inset-x-0 bottom-4 flex justify-center gap-3">
            <IconButton
              label={t(microphone.on ? 'devices.mute' : 'devices.unmute')}
              look={microphone.on ? 'soft' : 'off'}
              icon={microphone.on ? <Mic size={21} /> : <MicOff size={21} />}
              onClick={microphone.toggle}
            />
            <IconButton
              label={t(camera.on ? 'devices.stopCamera' : 'devices.startCamera')}
              look={camera.on ? 'soft' : 'off'}
              icon={camera.on ? <Camera size={21} /> : <VideoOff size={21} />}
              onClick={camera.toggle}
            />
          </div>
        </section>
        <div>
          <div role="status">
            <h1 className="flex items-center gap-3 text-dialog font-semibold">
              <span className="text-amber">
                <Spinner size={22} />
              </span>
              {t('lobby.waitTitle')}
            </h1>
            <p className="mt-2 text-field text-muted">
              {notice?.kind === 'to-lobby' && `${t('lobby.sentBack')} `}
              {t('lobby.waitText')}
            </p>
            {lobby?.message && (
              <div className="mt-5 rounded-card bg-amber-fill p-4 text-amber-text">
                <p className="flex items-center gap-2 text-label font-semibold">
                  <MessageSquareText size={17} aria-hidden="true" />
                  {t('lobby.waitMessage')}
                </p>
                <p className="mt-1 text-field break-words whitespace-pre-wrap" dir="auto">
                  {lobby.message}
                </p>
              </div>
            )}
          </div>
          <Button kind="outline" className="mt-6" onClick={() => void call.leave()}>
            {t('lobby.leave')}
          </Button>
        </div>
      </main>
    </div>
  );
}
