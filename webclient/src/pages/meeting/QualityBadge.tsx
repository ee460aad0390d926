import clsx from 'clsx';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import { Bars } from '../../ui/Bars';
import { Button } from '../../ui/Button';
import { QualityCard } from '../../ui/QualityCard';
import type { Leg } from '../../ui/QualityCard';
import { useToast } from '../../ui/Toast';
import { useCall, useCallState } from './call';
import { rateText, sizeText, useMeasure } from './measure';
import { isHost } from './people';
import type { Person } from './people';
import { usePanelOpener } from './panels';
import type { PictureQuality } from './quality';

/** Bars on a tile that is not good; pressed, they say whose side it is and what can be done. */
export function QualityBadge({
  person,
  quality,
  small,
}: {
  person: Person;
  quality: PictureQuality;
  small: boolean;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { name } = person;
  const label = person.self
    ? t('quality.barsSelf')
    : t(quality.side === 'theirs' ? 'quality.barsTheirs' : 'quality.barsYours', { name });
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button
          type="button"
          aria-label={label}
          data-on-video
          className={clsx(
            'absolute inline-flex items-center justify-center rounded-full bg-pill text-amber hover:bg-black',
            "before:absolute before:-inset-2 before:content-['']",
            small ? 'end-1 bottom-1 size-7' : 'end-2.5 bottom-2 size-8',
          )}
        >
          <Bars lit={quality.level === 'poor' ? 1 : 2} className="w-4" />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="bottom"
          align="end"
          sideOffset={8}
          collisionPadding={12}
          aria-label={t(person.self ? 'quality.ownTitle' : 'quality.title')}
          className="z-50 animate-fade-in rounded-tile bg-surface-2 text-ink shadow-float outline-none"
        >
          <Explanation person={person} quality={quality} onClose={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Explanation({
  person,
  quality,
  onClose,
}: {
  person: Person;
  quality: PictureQuality;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const call = useCall();
  const state = useCallState(call);
  const openPanel = usePanelOpener();
  const toast = useToast();
  const sample = useMeasure().at(-1);
  const slot = sample?.stats.down.find(
    (each) => each.participant === person.id && each.source === 'camera',
  );
  const size = slot ? sizeText(slot.frameWidth, slot.frameHeight, i18n.language) : '';
  const measured = person.self ? sample?.sent : sample?.slots.get(slot?.mid ?? '');
  const figure = measured ? rateText(measured, i18n.language) : t('quality.slow');
  const carries = rateText(state.quality?.estimate ?? 0, i18n.language);
  const hosting = isHost(state.participants.find(({ id }) => id === state.self)?.role);
  const mayWrite = hosting || state.permissions.privateChat;
  const good: Leg = { bad: false, text: t('quality.good') };
  const ours = quality.side === 'yours' && !person.self;
  const own = state.participants.find(({ id }) => id === state.self)?.name ?? '';
  const self = { id: state.self ?? '', name: own, short: t('quality.you') };
  const them = person.self
    ? { id: 'others', name: t('quality.others'), short: t('quality.others') }
    : { id: person.id, name: person.name, short: firstName(person.name) };

  return (
    <QualityCard
      title={t(person.self ? 'quality.ownTitle' : 'quality.title')}
      from={person.self ? self : them}
      to={person.self ? them : self}
      first={ours ? good : { bad: true, text: figure }}
      second={ours ? { bad: true, text: carries } : good}
      text={sentence(t, person, quality, carries, size)}
    >
      {ours && (state.saving === 'auto' || state.saving === '720') && (
        <Button
          kind="soft"
          size="small"
          className="bg-surface-3"
          onClick={() => {
            call.setSaving('360');
            onClose();
          }}
        >
          {t('quality.turnOnSaver')}
        </Button>
      )}
      {quality.side === 'theirs' && mayWrite && (
        <Button
          kind="soft"
          size="small"
          className="bg-surface-3"
          onClick={() => {
            call.sendChat(t('quality.hint'), { to: person.id });
            toast(t('quality.told', { name: firstName(person.name) }));
            onClose();
          }}
        >
          {t('quality.tell', { name: firstName(person.name) })}
        </Button>
      )}
      <button
        type="button"
        onClick={() => {
          onClose();
          openPanel('connection');
        }}
        className="min-h-8 rounded-full px-3 text-body font-[550] text-link hover:underline"
      >
        {t('quality.details')}
      </button>
    </QualityCard>
  );
}

function sentence(
  t: TFunction,
  person: Person,
  { side, reason }: PictureQuality,
  carries: string,
  size: string,
): string {
  const name = firstName(person.name);
  if (person.self) return t('quality.self');
  if (side === 'theirs') {
    return size === '' ? t('quality.theirs', { name }) : t('quality.theirsSize', { name, size });
  }
  if (reason.kind === 'paused') return t('quality.paused', { rate: carries });
  if (reason.kind === 'settling') return t('quality.settling');
  return t('quality.yours', { rate: carries });
}

function firstName(name: string): string {
  return name.split(/\s+/)[0] ?? name;
}
