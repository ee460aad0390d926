import { Ellipsis, Link2, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Meeting } from '../../api';
import { copyText } from '../../state/copy';
import { meetingLink, useDeleteMeeting } from '../../state/meetings';
import { problemText } from '../../state/problem';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu';
import { Notice } from '../../ui/Notice';
import { useToast } from '../../ui/Toast';

/** What else can be done with a meeting of the list. */
export function MeetingMenu({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation();
  const toast = useToast();
  const [asking, setAsking] = useState(false);
  const remove = useDeleteMeeting();
  const name = t('dashboard.menu', { title: meeting.title });

  async function copy() {
    const done = await copyText(meetingLink(meeting.code));
    toast(t(done ? 'dashboard.copied' : 'dashboard.copyFailed'));
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
        <MenuItem icon={<Link2 size={17} />} onSelect={() => void copy()}>
          {t('dashboard.copyLink')}
        </MenuItem>
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
