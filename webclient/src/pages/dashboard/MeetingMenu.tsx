import { CalendarPlus, Ellipsis, Info, Link2, Trash2, UserMinus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Meeting } from '../../api';
import { download, fileName } from '../../state/download';
import { meetingLink, useDecline, useDeleteMeeting } from '../../state/meetings';
import { problemText } from '../../state/problem';
import { useApi } from '../../state/session';
import { Button } from '../../ui/Button';
import { useCopying } from '../../ui/copying';
import { Dialog } from '../../ui/Dialog';
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu';
import { Notice } from '../../ui/Notice';
import { useToast } from '../../ui/Toast';

/** What else can be done with a meeting of the list. */
export function MeetingMenu({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation();
  const toast = useToast();
  const copy = useCopying();
  const [asking, setAsking] = useState(false);
  const remove = useDeleteMeeting();
  const decline = useDecline();
  const api = useApi();
  const navigate = useNavigate();
  const name = t('dashboard.menu', { title: meeting.title });

  async function calendar() {
    try {
      download(await api.hosting.calendarFile(meeting.code), fileName(meeting.title, 'plenum.ics'));
    } catch (error) {
      toast(problemText(t, error));
    }
  }

  return (
    <>
      <Menu
        align="end"
        label={name}
        trigger={
          <button
            type="button"
            aria-label={name}
            className="inline-flex size-11 items-center justify-center rounded-full text-muted hover:bg-surface-2 hover:text-ink"
          >
            <Ellipsis size={20} />
          </button>
        }
      >
        <MenuItem
          icon={<Link2 size={17} />}
          onSelect={() => copy(meetingLink(meeting.code), t('dashboard.copied'))}
        >
          {t('dashboard.copyLink')}
        </MenuItem>
        <MenuItem
          icon={<Info size={17} />}
          onSelect={() => void navigate(`/meetings/${meeting.code}`)}
        >
          {t('dashboard.details')}
        </MenuItem>
        {meeting.schedule && (
          <MenuItem icon={<CalendarPlus size={17} />} onSelect={() => void calendar()}>
            {t('dashboard.calendar')}
          </MenuItem>
        )}
        {meeting.status === 'INVITED' && (
          <MenuItem
            icon={<UserMinus size={17} />}
            onSelect={() =>
              decline.mutate(meeting.code, {
                onSuccess: () => toast(t('dashboard.declined', { title: meeting.title })),
                onError: (error) => toast(problemText(t, error)),
              })
            }
          >
            {t('dashboard.decline')}
          </MenuItem>
        )}
        {meeting.isHost && (
          <>
            <MenuSeparator />
            <MenuItem danger icon={<Trash2 size={17} />} onSelect={() => setAsking(true)}>
              {t('dashboard.delete')}
            </MenuItem>
          </>
        )}
      </Menu>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('dashboard.deleteTitle', { title: meeting.title })}
        description={t('dashboard.deleteText')}
        actions={
          <>
            <Button kind="soft" onClick={() => setAsking(false)}>
              {t('cancel')}
            </Button>
            <Button
              kind="danger-outline"
              busy={remove.isPending}
              onClick={() => remove.mutate(meeting.code, { onSuccess: () => setAsking(false) })}
            >
              {t('dashboard.deleteConfirm')}
            </Button>
          </>
        }
      >
        {remove.isError && (
          <div className="mt-4">
            <Notice>{problemText(t, remove.error)}</Notice>
          </div>
        )}
      </Dialog>
    </>
  );
}
