import clsx from 'clsx';
import { ArrowDown, ArrowUp, Copy } from 'lucide-react';
import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallState, SendStats, SlotStats } from '../../call';
import type { SlotQuality } from '../../protocol/messages';
import { Bars } from '../../ui/Bars';
import { Button } from '../../ui/Button';
import { useCopying } from '../../ui/copying';
import type { Network } from '../../ui/NetworkChip';
import { Panel } from '../../ui/Panel';
import { Sparkline } from '../../ui/Sparkline';
import { useCall, useCallState } from './call';
import { rateText, samplesKept, sizeText, useMeasure } from './measure';
import type { Sample } from './measure';
import { ownQuality, pictureQuality, qualityReport, reasonOf } from './quality';

/** What goes out, what comes in, by which way, and why each picture is as it is. */
export function ConnectionPanel({
  network,
  loss,
  sheet,
  onClose,
}: {
  network: Network;
  /** Lost of what came, 0 to 1. */
  loss: number;
  sheet: boolean;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const call = useCall();
  const state = useCallState(call);
  const copy = useCopying();
  const samples = useMeasure();
  const last = samples.at(-1);

  function copyReport() {
    const report = qualityReport(state, last?.stats);
    copy(JSON.stringify(report, null, 2), t('connection.copied'));
  }

  return (
    <Panel title={t('connection.title')} sheet={sheet} onClose={onClose}>
      <div
        role="group"
        aria-label={t('connection.title')}
        // Scrolled with the keyboard, too.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="min-h-0 grow overflow-y-auto overscroll-contain px-5 pb-5 [scrollbar-width:thin] focus-visible:-outline-offset-2"
      >
        <Head network={network} loss={loss} state={state} sample={last} />
        <Part
          icon={<ArrowUp size={18} aria-hidden="true" />}
          title={t('connection.send')}
          figure={rateText(last?.sent ?? 0, i18n.language)}
        >
          <Sparkline values={samples.map(({ sent }) => sent)} places={samplesKept} tone="sent" />
          <dl>
            <Sent source="camera" all={last?.stats.up ?? []} />
            {state.screen.on && <Sent source="screen" all={last?.stats.up ?? []} />}
          </dl>
        </Part>
        <Part
          icon={<ArrowDown size={18} aria-hidden="true" />}
          title={t('connection.receive')}
          figure={rateText(last?.received ?? 0, i18n.language)}
        >
          <Sparkline
            values={samples.map(({ received }) => received)}
            places={samplesKept}
            tone="received"
          />
          <Received state={state} sample={last} />
        </Part>
        {last?.stats.path && (
          <Part title={t('connection.path')}>
            <dl className="mt-2">
              <Line
                term={t('connection.route')}
                value={t(last.stats.path.relayed ? 'connection.relayed' : 'connection.direct', {
                  protocol: last.stats.path.protocol,
                })}
              />
            </dl>
          </Part>
        )}
      </div>
      <div className="shrink-0 border-t border-hairline px-5 pt-4 pb-4">
        <Button
          kind="soft"
          className="w-full"
          icon={<Copy size={18} aria-hidden="true" />}
          onClick={copyReport}
        >
          {t('connection.copy')}
        </Button>
      </div>
    </Panel>
  );
}

function Head({
  network,
  loss,
  state,
  sample,
}: {
  network: Network;
  loss: number;
  state: CallState;
  sample: Sample | undefined;
}) {
  const { t, i18n } = useTranslation();
  const own = ownQuality(state);
  const worse = network === 'good' || network === 'connecting' ? 'none' : (own?.worse ?? 'none');
  const good = network === 'good';
  const trip = sample?.stats.roundTripTime;
  const percent = new Intl.NumberFormat(i18n.language, {
    maximumFractionDigits: 1,
    minimumFractionDigits: 1,
  }).format(loss * 100);
  return (
    <div className="flex items-center gap-3.5 pt-1 pb-4" role="status">
      <span
        className={clsx(
          'inline-flex size-10 shrink-0 items-center justify-center rounded-full',
          good ? 'bg-green-fill text-green-ink' : 'bg-amber-fill text-amber-text',
        )}
      >
        <Bars lit={good ? 4 : network === 'fair' ? 3 : network === 'weak' ? 1 : 0} />
      </span>
      <div className="min-w-0">
        <p className="text-field font-semibold">
          {t(`connection.head.${worse === 'none' ? network : worse}`)}
        </p>
        <p className="tabular text-body text-muted">
          {worse !== 'none' && `${t(`connection.${worse}Text`)} `}
          {trip !== undefined &&
            t('connection.trip', { ms: Math.round(trip * 1000), loss: percent })}
        </p>
      </div>
    </div>
  );
}

function Part({
  icon,
  title,
  figure,
  children,
}: {
  icon?: ReactNode;
  title: string;
  figure?: string;
  children: ReactNode;
}) {
  return (
    <section className="border-t border-hairline pt-4 pb-3">
      <h3 className="flex items-center gap-2.5 text-field font-semibold">
        {icon}
        <span className="grow">{title}</span>
        {figure !== undefined && <span className="tabular font-[550]">{figure}</span>}
      </h3>
      {children}
    </section>
  );
}

function Line({
  term,
  value,
  note,
  bad = false,
}: {
  term: string;
  value: string;
  note?: string | undefined;
  bad?: boolean;
}) {
  return (
    <div className="grid grid-cols-[minmax(4rem,auto)_1fr] gap-x-4 py-1.5 text-body">
      <dt className={clsx('min-w-0 truncate', bad ? 'text-amber-text' : 'text-muted')} dir="auto">
        {term}
      </dt>
      <dd className={clsx('tabular text-end', bad && 'text-amber-text')}>
        {value}
        {note && (
          <span className={clsx('block text-small', bad ? 'text-amber-second' : 'text-muted')}>
            {note}
          </span>
        )}
      </dd>
    </div>
  );
}

/** Our camera or screen: the largest size that goes out, in which codec, and what keeps it from more. */
function Sent({ source, all }: { source: 'camera' | 'screen'; all: SendStats[] }) {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  const streams = all.filter((each) => each.source === source);
  if (streams.length === 0) {
    return <Line term={t(`connection.${source}`)} value={t('connection.notSent')} />;
  }
  const sending = streams.filter((each) => each.active && each.frameHeight > 0);
  const top = sending.reduce<SendStats | undefined>(
    (best, each) => (best && best.frameHeight >= each.frameHeight ? best : each),
    undefined,
  );
  if (top === undefined) {
    return <Line term={t(`connection.${source}`)} value={t('connection.pausedSending')} />;
  }
  const sizes = Number(/^L(\d)/.exec(top.scalabilityMode)?.[1] ?? 1);
  const limit =
    top.limitedBy === 'none' && streams.some(({ active }) => !active) ? 'unwatched' : top.limitedBy;
  return (
    <>
      <Line
        term={t(`connection.${source}`)}
        value={t('connection.picture', {
          size: sizeText(top.frameWidth, top.frameHeight, language),
          fps: Math.round(top.framesPerSecond),
        })}
      />
      {source === 'camera' && (
        <>
          <Line
            term={t('connection.codec')}
            value={t('connection.sizes', {
              codec: top.codec,
              count: streams.length > 1 ? sending.length : sizes,
            })}
          />
          <Line
            term={t('connection.limited')}
            value={t(`connection.limits.${limit}`)}
            bad={limit === 'cpu' || limit === 'bandwidth'}
          />
        </>
      )}
    </>
  );
}

function Received({ state, sample }: { state: CallState; sample: Sample | undefined }) {
  const { t, i18n } = useTranslation();
  const { quality } = state;
  const estimate = quality?.estimate ?? 0;
  const pictures = (sample?.stats.down ?? []).filter(
    ({ number, source }) => number !== 0 && (source === 'camera' || source === 'screen'),
  );
  const spare = Math.max(0, estimate - (sample?.received ?? 0));
  return (
    <>
      <dl>
        {estimate > 0 && (
          <>
            <Line term={t('connection.carries')} value={rateText(estimate, i18n.language)} />
            <Line term={t('connection.spare')} value={rateText(spare, i18n.language)} />
          </>
        )}
        {pictures.map((slot) => (
          <Picture
            key={slot.mid}
            slot={slot}
            state={state}
            said={quality?.slots.find(({ mid }) => mid === slot.mid)}
          />
        ))}
      </dl>
      {pictures.length === 0 && (
        <p className="py-1.5 text-body text-muted">{t('connection.empty')}</p>
      )}
    </>
  );
}

/** What arrives of one picture beside what the server says of it. */
function Picture({
  slot,
  state,
  said,
}: {
  slot: SlotStats;
  state: CallState;
  said: SlotQuality | undefined;
}) {
  const { t, i18n } = useTranslation();
  const person = state.participants.find(({ id }) => id === slot.participant);
  const name = person?.name ?? '';
  const { side, paused } = pictureQuality(state.quality, slot.participant, said);
  const size =
    sizeText(slot.frameWidth, slot.frameHeight, i18n.language) || t('connection.nothing');
  const theirs = side === 'theirs';
  return (
    <Line
      term={
        slot.source === 'screen' ? t('meeting.shareOf', { name }) : (name.split(/\s+/)[0] ?? name)
      }
      value={theirs ? t('connection.theirSide', { size }) : size}
      note={theirs ? t('connection.theirReason') : said && why(t, said, i18n.language)}
      bad={side !== 'none' || paused}
    />
  );
}

/** "360p: your link carries 800 kbit/s". */
function why(t: TFunction, said: SlotQuality, language: string): string {
  const reason = reasonOf(said);
  const text =
    reason.kind === 'other'
      ? reason.text
      : reason.kind === 'link' || reason.kind === 'paused'
        ? t(`connection.reasons.${reason.kind}`, { rate: rateText(reason.rate, language) })
        : t(`connection.reasons.${reason.kind}`);
  return said.height > 0 ? t('connection.reason', { height: said.height, why: text }) : text;
}
