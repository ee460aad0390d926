import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { sendable } from '../../call';
import type { Saving } from '../../call';
import { keepPreferences, keepSaving, keptPreferences } from '../../state/preferences';
import { SettingsDialog } from '../../ui/SettingsDialog';
import type { TopBarProps } from '../../ui/TopBar';
import { useCall, useCallState } from './call';

export interface Savings {
  saving: Saving;
  onSaving: (saving: Saving) => void;
  onSettings: () => void;
  chip: TopBarProps['saving'];
  dialog: ReactNode;
}

/** What we would rather not receive, and how we send: the choice, the sign that it is on, and the dialog. */
export function useSavings(room: ReactNode): Savings {
  const { t } = useTranslation();
  const call = useCall();
  const { saving } = useCallState(call);
  const [open, setOpen] = useState(false);
  const [preferences, setPreferences] = useState(() => keptPreferences());
  const onSaving = (next: Saving) => {
    keepSaving(next);
    call.setSaving(next);
  };
  const available = sendable(globalThis.RTCRtpSender?.getCapabilities('video')?.codecs);
  return {
    saving,
    onSaving,
    onSettings: () => setOpen(true),
    chip:
      saving === 'auto'
        ? undefined
        : {
            text: t(`saving.chip.${saving}`),
            label: t(`saving.on.${saving}`),
            stop: () => onSaving('auto'),
          },
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
        onSaving={onSaving}
        onClose={() => setOpen(false)}
      >
        {room}
      </SettingsDialog>
    ),
  };
}
