import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Notice } from '../../ui/Notice';
import { useCall } from './call';

/** Asks once more before everybody is sent home. */
export function EndMeeting({
  open,
  count,
  onClose,
}: {
  open: boolean;
  count: number;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const call = useCall();
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle');

  async function end() {
    setState('busy');
    try {
      await call.endForAll();
      onClose();
    } catch {
      setState('failed');
    }
  }

  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('meeting.endTitle')}
      description={t('meeting.endText', { count })}
      actions={
        <>
          <Button kind="soft" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button kind="danger-outline" busy={state === 'busy'} onClick={() => void end()}>
            {t('meeting.endConfirm')}
          </Button>
        </>
      }
    >
      {state === 'failed' && (
        <div className="mt-4">
          <Notice>{t('meeting.endFailed')}</Notice>
        </div>
      )}
    </Dialog>
  );
}
