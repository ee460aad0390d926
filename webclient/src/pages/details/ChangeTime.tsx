import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Meeting } from '../../api';
import { useUpdateMeeting } from '../../state/meetings';
import { fieldTexts, problemText } from '../../state/problem';
import { draftOf, scheduleOf } from '../../state/schedule';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Notice } from '../../ui/Notice';
import { ScheduleFields } from '../dashboard/ScheduleFields';

export function ChangeTime({ meeting, onClose }: { meeting: Meeting; onClose: () => void }) {
  const { t } = useTranslation();
  const update = useUpdateMeeting(meeting.code);
  const [draft, setDraft] = useState(() => draftOf(meeting.schedule, new Date()));
  const [noDate, setNoDate] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    const schedule = scheduleOf(draft);
    setNoDate(schedule === null);
    if (schedule === null || update.isPending) return;
    update.mutate({ schedule }, { onSuccess: onClose });
  }

  return (
    <Dialog
      open
      onClose={onClose}
      title={t(meeting.schedule ? 'details.changeTimeTitle' : 'details.setTimeTitle')}
    >
      <form onSubmit={submit} noValidate className="mt-5 flex flex-col gap-5">
        {update.isError && (
          <Notice>
            {Object.values(fieldTexts(t, update.error))[0] ?? problemText(t, update.error)}
          </Notice>
        )}
        <ScheduleFields
          draft={draft}
          wrong={noDate ? t('schedule.noDate') : undefined}
          onChange={setDraft}
        />
        <div className="mt-1 flex flex-wrap justify-end gap-3">
          {meeting.schedule && (
            <Button
              kind="danger-outline"
              onClick={() => update.mutate({ unschedule: true }, { onSuccess: onClose })}
            >
              {t('details.unschedule')}
            </Button>
          )}
          <Button kind="soft" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" busy={update.isPending}>
            {t('details.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
