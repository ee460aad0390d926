import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { sendable } from '../../call';
import type { Saving } from '../../call';
import { keepPreferences, keepSaving, keptPreferences } from '../../state/preferences';
import type { MoreActions } from '../../ui/MoreItems';
import { SettingsDialog } from '../../ui/SettingsDialog';
import type { TopBarProps } from '../../ui/TopBar';
import { useCall, useCallState } from './call';

export interface Savings {
  actions: Omit<MoreActions, 'onConnection'>;
  chip: TopBarProps['saving'];
  dialog: ReactNode;
}

/** What we would rather not receive, and how we send: the switches, the sign that one is on, and the dialog. */
export function useSavings(): Savings {
  const { t } = useTranslation();
  const call = useCall();
  const { saving } = useCallState(call);
  const [open, setOpen] = useState(false);
  const [preferences, setPreferences] = useState(() => keptPreferences());

  const save = (next: Saving) => {
    keepSaving(next);
    call.setSaving(next);
  };
  const dataSaver = () => save({ ...saving, dataSaver: !saving.dataSaver });
  const audioOnly = () => save({ ...saving, audioOnly: !saving.audioOnly });
  const available = sendable(globalThis.RTCRtpSender?.getCapabilities('video')?.codecs);

  return {
    actions: {
      dataSaver: { on: saving.dataSaver, toggle: dataSaver },
      audioOnly: { on: saving.audioOnly, toggle: audioOnly },
      onSettings: () => setOpen(true),
    },
    // No picture at all says more than small ones.
    chip: saving.audioOnly
      ? { text: t('meeting.audioOnly'), label: t('meeting.audioOnlyOn'), stop: audioOnly }
      : saving.dataSaver
        ? { text: t('meeting.dataSaver'), label: t('meeting.dataSaverOn'), stop: dataSaver }
        : undefined,
    dialog: (
      <SettingsDialog
        open={open}
        preferences={preferences}
        available={available}
        saving={saving}
        onPreferences={(next) => {
          keepPreferences(next);
          setPreferences(next);
          call.setPreferences(next);
        }}
        onSaving={save}
        onClose={() => setOpen(false)}
      />
    ),
  };
}
