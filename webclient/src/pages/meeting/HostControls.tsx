import { Bell, Hand, History, Lock, MicOff } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatHistoryFor } from '../../protocol/messages';
import { Avatar } from '../../ui/Avatar';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Menu, MenuChoices, MenuItem } from '../../ui/Menu';
import { PermissionTable } from '../../ui/PermissionTable';
import { Switch } from '../../ui/Switch';
import { WaitingActions } from '../../ui/WaitingBox';
import type { WaitingProps } from '../../ui/WaitingBox';
import { useCall, useCallState } from './call';
import { useModerate } from './moderate';
import { isHost } from './people';

const histories: readonly ChatHistoryFor[] = ['all', 'joined', 'none'];

/** Every permission in one view, and what concerns the meeting as a whole. */
export function HostControls({
  open,
  person,
  lobby,
  onEnd,
  onClose,
}: {
  open: boolean;
  /** Somebody whose permissions one came for. */
  person: string | undefined;
  lobby: WaitingProps;
  /** Undefined for who may not end the meeting. */
  onEnd: (() => void) | undefined;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const state = useCallState(useCall());
  const moderate = useModerate();
  const [added, setAdded] = useState<string[]>([]);
  const { meeting, participants, overrides } = state;
  if (meeting === undefined) return null;

  const guided = participants.filter((each) => !isHost(each.role));
  const named = new Set([...added, ...(person ? [person] : [])]);
  const differs = (id: string) => Object.keys(overrides[id] ?? {}).length > 0 || named.has(id);
  const exceptions = guided
    .filter(({ id }) => differs(id))
    .map((each) => ({ ...each, override: overrides[each.id] ?? {} }));

  return (
    <Dialog
      wide
      open={open}
      onClose={onClose}
      title={t('host.title')}
      aside={t('host.aside')}
      actions={
        <div className="flex grow flex-wrap items-center justify-between gap-3">
          <div className="flex flex-wrap gap-3">
            <Menu
              side="top"
              label={t('host.muteAll')}
              trigger={
                <Button kind="soft" icon={<MicOff size={18} aria-hidden="true" />}>
                  {t('host.muteAll')}
                </Button>
              }
            >
              <MenuItem
                onSelect={() =>
                  void moderate({ type: 'moderation:mute', data: {} }, t('host.allMuted'))
                }
              >
                {t('host.muteAllSoft')}
              </MenuItem>
              <MenuItem
                onSelect={() =>
                  void moderate(
                    { type: 'moderation:mute', data: { hard: true } },
                    t('host.allMutedHard'),
                  )
                }
              >
                {t('host.muteAllHard')}
              </MenuItem>
            </Menu>
            <Button
              kind="soft"
              icon={<Hand size={18} aria-hidden="true" />}
              onClick={() => void moderate({ type: 'moderation:lower-hands', data: {} })}
            >
              {t('host.lowerHands')}
            </Button>
          </div>
          <div className="flex flex-wrap gap-3">
            {onEnd && (
              <Button kind="danger-outline" onClick={onEnd}>
                {t('meeting.endForAll')}
              </Button>
            )}
            <Button onClick={onClose}>{t('settings.done')}</Button>
          </div>
        </div>
      }
    >
      {lobby.waiting.length > 0 && <WaitingRow {...lobby} />}
      <div className="mt-4 grid gap-3 lg:grid-cols-3">
        <Card icon={<Bell size={20} />} title={t('host.lobby')} text={t('host.lobbyText')}>
          <Switch
            label={t('host.lobby')}
            on={meeting.lobby}
            onChange={(on) => void moderate({ type: 'moderation:settings', data: { lobby: on } })}
          />
        </Card>
        <Card icon={<Lock size={20} />} title={t('host.lock')} text={t('host.lockText')}>
          <Switch
            label={t('host.lock')}
            on={meeting.locked}
            onChange={(locked) => void moderate({ type: 'moderation:lock', data: { locked } })}
          />
        </Card>
        <Card icon={<History size={20} />} title={t('host.history')} text={t('host.historyText')}>
          <Menu
            align="end"
            label={t('host.history')}
            trigger={
              <button
                type="button"
                aria-label={t('host.historyNow', {
                  what: t(`host.histories.${meeting.chatHistory}`),
                })}
                className="min-h-9 shrink-0 rounded-full border border-edge-3 px-3.5 text-label font-medium"
              >
                {t(`host.histories.${meeting.chatHistory}`)}
              </button>
            }
          >
            <MenuChoices
              value={meeting.chatHistory}
              choices={histories.map((value) => ({ value, label: t(`host.histories.${value}`) }))}
              onChoose={(value) =>
                void moderate({
                  type: 'moderation:settings',
                  data: { chatHistory: value as ChatHistoryFor },
                })
              }
            />
          </Menu>
        </Card>
      </div>
      <PermissionTable
        everyone={meeting.permissions}
        exceptions={exceptions}
        others={guided.filter(({ id }) => !differs(id))}
        onEveryone={(permission, allowed) =>
          void moderate({
            type: 'moderation:permissions',
            data: { permissions: { [permission]: allowed } },
          })
        }
        onPerson={(id, permission, allowed) => {
          const { [permission]: _, ...rest } = overrides[id] ?? {};
          void moderate({
            type: 'moderation:permissions',
            data:
              allowed === undefined
                ? { participant: id, permissions: rest, reset: true }
                : { participant: id, permissions: { [permission]: allowed } },
          });
        }}
        onAdd={(id) => setAdded([...added, id])}
      />
    </Dialog>
  );
}

function Card({
  icon,
  title,
  text,
  children,
}: {
  icon: ReactNode;
  title: string;
  text: string;
  children: ReactNode;
}) {
  return (
    <section className="flex min-h-16 items-center gap-4 rounded-card bg-surface-2 px-4 py-3">
      <span aria-hidden="true">{icon}</span>
      <div className="min-w-0 grow">
        <h3 className="text-field font-semibold">{title}</h3>
        <p className="text-label text-muted">{text}</p>
      </div>
      {children}
    </section>
  );
}

// The dialog names the first few; the list of people has them all.
const named = 3;

function WaitingRow({ waiting, onAdmit, onDeny, onAdmitAll }: WaitingProps) {
  const { t } = useTranslation();
  return (
    <section
      aria-label={t('lobby.title')}
      className="mt-5 flex flex-wrap items-center gap-x-5 gap-y-2 rounded-card bg-amber-fill px-4 py-3 text-amber-text"
    >
      <span className="flex items-center gap-2.5 text-field font-semibold">
        <Bell size={19} aria-hidden="true" />
        {t('lobby.count', { count: waiting.length })}
      </span>
      {waiting.slice(0, named).map(({ id, name }) => (
        <span key={id} className="flex w-full min-w-0 items-center gap-3 lg:w-auto">
          <Avatar id={id} name={name} size={32} />
          <span className="grow truncate text-field text-ink lg:max-w-40" dir="auto">
            {name}
          </span>
          <WaitingActions name={name} onAdmit={() => onAdmit([id])} onDeny={() => onDeny([id])} />
        </span>
      ))}
      {waiting.length > 1 && (
        <button
          type="button"
          onClick={onAdmitAll}
          className="ms-auto min-h-8 rounded-full border border-amber-edge px-4 text-body font-semibold"
        >
          {t('lobby.admitAll')}
        </button>
      )}
    </section>
  );
}
