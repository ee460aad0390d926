import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useToast } from '../../ui/Toast';
import { useCall, useCallState } from './call';

/** Says once, in words, that pictures are paused because our link carries too little. */
export function usePausedPictures(): void {
  const { t } = useTranslation();
  const toast = useToast();
  const { quality } = useCallState(useCall());
  const any = quality?.slots.some(({ paused }) => paused) ?? false;
  const before = useRef(false);
  useEffect(() => {
    if (any && !before.current) toast(t('meeting.pausedToast'));
    before.current = any;
  }, [any, t, toast]);
}
