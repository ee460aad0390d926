import { useEffect, useEffectEvent, useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Meeting } from '../api';
import { clock, dayOf } from '../state/dates';
import { keep, kept } from '../state/kept';
import { withNext } from '../state/next';
import { usePreview } from '../state/preview';
import { useUser } from '../state/session';
import { useTitle } from '../state/title';
import { Button } from '../ui/Button';
import { Field } from '../ui/Field';
import { Notice } from '../ui/Notice';
import { useMeetingKeys } from '../state/keys';
import { AppHead } from './AppHead';
import { ConnectionCheck } from './door/ConnectionCheck';
import { DeviceTrouble } from './door/DeviceTrouble';
import { PreviewDevices } from './door/PreviewDevices';
import { PreviewPicture } from './door/PreviewPicture';
import { isAsking, missingOf, troubleOf } from './door/trouble';

export interface Entrance {
  /** Only of guests. */
  guestName: string | undefined;
  camera: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
}

/** The way in: look at yourself, choose devices, join. */
export function Door({
  meeting,
  joining,
  problem,
  onJoin,
}: {
  meeting: Meeting;
  joining: boolean;
  problem: string | undefined;
  onJoin: (entrance: Entrance) => void;
}) {
  const { t, i18n } = useTranslation();
  useTitle(t('titles.meeting', { title: meeting.title }));
  const user = useUser();
  const preview = usePreview();
  const [name, setName] = useState(() => kept('guest.name') ?? '');
  const [nameMissing, setNameMissing] = useState(false);
  const trouble = troubleOf(preview);
  const missing = missingOf(preview);
  const asking = isAsking(preview);
  // Join was pressed before the browser had its answer.
  const [pressed, setPressed] = useState(false);

  useMeetingKeys({
    m: () => preview.turn('microphone', preview.microphone.phase !== 'on'),
    v: () => preview.turn('camera', preview.camera.phase !== 'on'),
  });

  function enter() {
    const guestName = user ? undefined : name.trim();
    if (guestName !== undefined) keep('guest.name', guestName);
    onJoin({ guestName, ...preview.take() });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const nameless = !user && name.trim() === '';
    setNameMissing(nameless);
    if (nameless || joining) return;
    // What the person wants to bring in is not left behind without a word.
    if (asking) setPressed(true);
    else enter();
  }

  // Trouble is for the person to see; with devices the way in goes on by itself.
  if (pressed && !asking && missing !== 'nothing') setPressed(false);
  const through = pressed && !asking && missing === 'nothing';
  const goOn = useEffectEvent(enter);
  useEffect(() => {
    if (through) goOn();
  }, [through]);
  const waiting = pressed && asking;

  return (
    <div className="flex min-h-dvh flex-col bg-canvas text-ink">
      <AppHead showEmail />
      <main className="mx-auto grid w-full max-w-[1264px] grow content-start items-center gap-x-6 gap-y-6 lg:gap-x-16 px-4 pb-8 max-sm:pb-24 sm:px-10 lg:grid-cols-[minmax(0,760fr)_minmax(0,360fr)] lg:content-center lg:pb-24 flat:grid-cols-2 flat:items-start flat:pb-4">
        <div className="flex min-w-0 flex-col gap-4 lg:gap-5 flat:gap-3">
          <PreviewPicture
            preview={preview}
            person={{ id: user?.id ?? 'guest', name: user?.name ?? name }}
          />
          <PreviewDevices preview={preview} />
          {trouble?.device === 'microphone' && (
            <div className="rounded-tile border border-hairline bg-surface-1">
              <DeviceTrouble trouble={trouble} onRetry={preview.retry} />
            </div>
          )}
        </div>
        <div className="min-w-0">
          <p className="text-body text-muted">
            {whenText() ??
              (meeting.isHost
                ? t('door.ownMeeting')
                : t('door.hostedBy', { name: meeting.hostName }))}
          </p>
          <h1 className="mt-1 text-page break-words">
            <bdi>{meeting.title}</bdi>
          </h1>
          <p className="mt-3 text-field text-muted">{peopleText()}</p>
          <form onSubmit={submit} noValidate className="mt-6 lg:mt-8 flat:mt-4">
            {problem && (
              <div className="mb-5">
                <Notice>{problem}</Notice>
              </div>
            )}
            {user ? (
              <p className="mb-4 text-field">{t('door.joinAs', { name: user.name })}</p>
            ) : (
              <Field
                className="mb-4"
                label={t('door.name')}
                autoComplete="name"
                maxLength={64}
                value={name}
                error={nameMissing ? t('door.nameMissing') : undefined}
                onChange={(event) => setName(event.target.value)}
              />
            )}
            <div className="max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:z-10 max-sm:bg-canvas max-sm:px-4 max-sm:pt-3 max-sm:pb-4 sm:sticky sm:bottom-4">
              <Button
                type="submit"
                size="large"
                busy={joining || waiting}
                className="min-h-13 w-full"
              >
                {joining ? t('door.joining') : waiting ? t('door.answerFirst') : joinText()}
              </Button>
              {waiting && (
                <Button kind="soft" size="large" className="mt-3 w-full" onClick={enter}>
                  {t(withoutAsked())}
                </Button>
              )}
            </div>
            {waiting && (
              <p role="status" className="mt-3 text-center text-label text-muted">
                {t('door.answerText')}
              </p>
            )}
            {meeting.lobby && !meeting.isHost && (
              <p className="mt-3 text-center text-label text-muted">{t('door.lobby')}</p>
            )}
            {missing !== 'nothing' && (
              <p className="mt-3 text-center text-label text-muted">
                {t(
                  missing === 'both'
                    ? 'door.laterBoth'
                    : missing === 'camera'
                      ? 'door.laterCamera'
                      : 'door.laterMicrophone',
                )}
              </p>
            )}
            <div className="mt-8 border-t border-hairline pt-6 flat:mt-4 flat:pt-4">
              <ConnectionCheck />
            </div>
            {!user && (
              <p className="mt-6 text-body text-muted">
                {t('door.account')}{' '}
                <Link
                  to={withNext('/signin', `/m/${meeting.code}${window.location.hash}`)}
                  className="font-[550] text-link no-underline hover:underline"
                >
                  {t('door.signIn')}
                </Link>
              </p>
            )}
          </form>
        </div>
      </main>
    </div>
  );

  function whenText(): string | undefined {
    if (meeting.schedule?.nextAt === undefined) return undefined;
    const at = new Date(meeting.schedule.nextAt);
    const end = new Date(at.getTime() + meeting.schedule.minutes * 60_000);
    return t('door.when', {
      day: dayOf(at, new Date(), t, i18n.language),
      start: clock(at, i18n.language),
      end: clock(end, i18n.language),
    });
  }

  /** What is still asked for is what one would go in without. */
  function withoutAsked() {
    const camera = preview.camera.phase === 'asking';
    const microphone = preview.microphone.phase === 'asking';
    if (camera && microphone) return 'door.withoutBoth';
    return camera ? 'door.withoutCamera' : 'door.withoutMicrophone';
  }

  function joinText(): string {
    switch (missing) {
      case 'nothing':
        return t('door.join');
      case 'both':
        return t('door.withoutBoth');
      case 'camera':
        return t('door.withoutCamera');
      case 'microphone':
        return t('door.withoutMicrophone');
    }
  }

  function peopleText(): string {
    if (!meeting.live) return t('door.empty');
    const count = meeting.participantCount ?? 0;
    return count > 0 ? t('door.people', { count }) : t('door.live');
  }
}
