import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const every = 10_000;

/** How long ago that was: "20 s", "3 min". */
export function useSince(from: string): string {
  const { t } = useTranslation();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.round((now - Date.parse(from)) / 1000));
  return seconds < 60
    ? t('lobby.seconds', { count: Math.max(1, Math.round(seconds / 10) * 10) })
    : t('lobby.minutes', { count: Math.floor(seconds / 60) });
}
