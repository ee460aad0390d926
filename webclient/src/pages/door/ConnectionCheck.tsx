import { Check, CircleAlert, Gauge } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isCode, problemText } from '../../state/problem';
import { useApi } from '../../state/session';
import { Button } from '../../ui/Button';
import { useCopying } from '../../ui/copying';
import { Spinner } from '../../ui/Spinner';
import { rateText } from '../meeting/measure';
import { measureConnection, verdict } from './connection';
import type { Measured, Outcome } from './connection';

type Phase = { phase: 'idle' } | { phase: 'running' } | { phase: 'refused'; why: string } | Outcome;

/** A test of the connection against the server, on request: it takes a few seconds and some of the data volume. */
export function ConnectionCheck() {
  const { t } = useTranslation();
  const api = useApi();
  const [state, setState] = useState<Phase>({ phase: 'idle' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  async function run() {
    running.current?.abort();
    const stop = new AbortController();
    running.current = stop;
    setState({ phase: 'running' });
    let next: Phase;
    try {
      next = await measureConnection(await api.connectionTest(), stop.signal);
    } catch (error) {
      if (stop.signal.aborted) return;
      next = isCode(error, 'network')
        ? { phase: 'failed', cause: 'server' }
        : isCode(error, 'too_many')
          ? { phase: 'failed', cause: 'busy' }
          : { phase: 'refused', why: problemText(t, error) };
    }
    if (!stop.signal.aborted) setState(next);
  }

  if (state.phase === 'idle') {
    return (
      <Button
        kind="soft"
        className="w-full"
        icon={<Gauge size={18} aria-hidden="true" />}
        onClick={() => void run()}
      >
        {t('check.start')}
      </Button>
    );
  }
  return (
    <div role="status" className="flex items-start gap-3">
      <Sign state={state} />
      <div className="min-w-0 grow">
        <p className="text-body font-semibold">{headOf()}</p>
        <p className="mt-0.5 text-label text-muted">{textOf()}</p>
        {state.phase !== 'running' && (
          <div className="mt-1 flex flex-wrap gap-x-5">
            <Again onClick={() => void run()} />
            {state.phase === 'measured' && <CopyReport measured={state.measured} />}
          </div>
        )}
      </div>
    </div>
  );

  function headOf(): string {
    switch (state.phase) {
      case 'measured':
        return t(`connection.head.${verdict(state.measured)}`);
      case 'failed':
        return t(`check.failed.${state.cause}`);
      case 'refused':
        return t('check.refused');
      default:
        return t('check.running');
    }
  }

  function textOf() {
    switch (state.phase) {
      case 'measured':
        return <Figures measured={state.measured} />;
      case 'failed':
        return t(`check.failedText.${state.cause}`);
      case 'refused':
        return state.why;
      default:
        return t('check.runningText');
    }
  }
}

function Figures({ measured }: { measured: Measured }) {
  const { t, i18n } = useTranslation();
  const { roundTrip, loss, up, down, path } = measured;
  const percent = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const figures = t('check.figures', {
    ms: roundTrip,
    loss: percent.format(loss * 100),
    up: rateText(up, i18n.language),
    down: rateText(down, i18n.language),
  });
  const way =
    path &&
    t(path.relayed ? 'connection.relayed' : 'connection.direct', { protocol: path.protocol });
  return (
    <span className="tabular">
      {figures}
      {way && `${t('dates.comma')}${way}`}
    </span>
  );
}

function Sign({ state }: { state: Phase }) {
  if (state.phase === 'running') return <Spinner />;
  const good = state.phase === 'measured' && verdict(state.measured) === 'good';
  return good ? (
    <span className="inline-flex size-6 shrink-0 items-center justify-center rounded-full bg-green-fill text-green-ink">
      <Check size={16} aria-hidden="true" />
    </span>
  ) : (
    <span className="inline-flex size-6 shrink-0 items-center justify-center rounded-full bg-amber-fill text-amber-ink">
      <CircleAlert size={16} aria-hidden="true" />
    </span>
  );
}

const link = 'min-h-8 text-label font-medium text-link hover:underline';

function Again({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <button type="button" onClick={onClick} className={link}>
      {t('check.again')}
    </button>
  );
}

function CopyReport({ measured }: { measured: Measured }) {
  const { t } = useTranslation();
  const copy = useCopying();
  return (
    <button
      type="button"
      className={link}
      onClick={() => {
        const report = { at: new Date().toISOString(), ...measured, browser: navigator.userAgent };
        copy(JSON.stringify(report, null, 2), t('connection.copied'));
      }}
    >
      {t('connection.copy')}
    </button>
  );
}
