import { Unplug } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi, useSession } from '../state/session';
import { Button } from '../ui/Button';
import { Loading } from '../ui/Loading';
import { Message } from './Message';

/** Waits until it is known who is signed in, so that no page flashes by. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const api = useApi();
  const session = useSession();
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let current = true;
    api.restore().catch(() => current && setFailed(true));
    return () => {
      current = false;
    };
  }, [api, attempt]);

  if (session.phase !== 'unknown') return children;
  if (!failed) return <Loading />;
  return (
    <Message icon={Unplug} title={t('unreachable.title')} text={t('unreachable.text')}>
      <Button
        size="large"
        onClick={() => {
          setFailed(false);
          setAttempt(attempt + 1);
        }}
      >
        {t('tryAgain')}
      </Button>
    </Message>
  );
}
