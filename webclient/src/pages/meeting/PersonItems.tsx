import {
  Activity,
  Ban,
  Crown,
  DoorClosed,
  Hand,
  MessageSquare,
  Mic,
  MicOff,
  MonitorX,
  Pencil,
  Pin,
  PinOff,
  ShieldCheck,
  ShieldMinus,
  SlidersHorizontal,
  Sparkle,
  UserX,
  VideoOff,
} from 'lucide-react';
import { useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { mostLarge } from '../../layout';
import { MenuItem, MenuSeparator } from '../../ui/Menu';
import { useToast } from '../../ui/Toast';
import { useCall, useCallState } from './call';
import { useModerate } from './moderate';
import { usePanelOpener } from './panels';
import { isHost } from './people';
import type { Person } from './people';
import { PersonActionsContext } from './personActions';
import { PinContext } from './pins';

/** What can be done with somebody: for ourselves, and as a host. */
export function PersonItems({ person }: { person: Person }) {
  const { t } = useTranslation();
  const { pinned, toggle } = useContext(PinContext);
  const { write, rename } = useContext(PersonActionsContext);
  const openPanel = usePanelOpener();
  const { participants, permissions, self } = useCallState(useCall());
  const me = participants.find(({ id }) => id === self);
  const hosting = isHost(me?.role);
  const isPinned = pinned.includes(person.id);
  // Writing to a host is always allowed to who may chat.
  const mayWrite = hosting || permissions.privateChat || (permissions.chat && isHost(person.role));
  return (
    <>
      {participants.length > 1 && (
        <MenuItem
          icon={isPinned ? <PinOff size={18} /> : <Pin size={18} />}
          onSelect={() => toggle(person.id)}
        >
          {t(isPinned ? 'meeting.unpinShort' : 'meeting.pinShort')}
        </MenuItem>
      )}
      {person.self
        ? (hosting || permissions.rename) && (
            <MenuItem icon={<Pencil size={18} />} onSelect={rename}>
              {t('person.rename')}
            </MenuItem>
          )
        : mayWrite && (
            <MenuItem icon={<MessageSquare size={18} />} onSelect={() => write(person.id)}>
              {t('person.write')}
            </MenuItem>
          )}
      <MenuItem icon={<Activity size={18} />} onSelect={() => openPanel('connection')}>
        {t('quality.details')}
      </MenuItem>
      {hosting && <HostItems person={person} mine={me?.role === 'HOST'} />}
    </>
  );
}

function HostItems({ person, mine }: { person: Person; mine: boolean }) {
  const { t } = useTranslation();
  const { remove, permit } = useContext(PersonActionsContext);
  const { meeting } = useCallState(useCall());
  const moderate = useModerate();
  const toast = useToast();
  const { id, name, role } = person;
  const spotlight = meeting?.spotlight ?? [];
  const lit = spotlight.includes(id);
  const participant = id;
  // A co-host cannot do any of it to a host.
  const below = !person.self && (mine || role !== 'HOST');

  function shine() {
    const next = lit ? spotlight.filter((each) => each !== id) : [...spotlight, id];
    if (next.length > mostLarge) toast(t('person.spotlightFull', { count: mostLarge }));
    else void moderate({ type: 'moderation:spotlight', data: { participants: next } });
  }

  return (
    <>
      <MenuSeparator />
      <MenuItem icon={<Sparkle size={18} />} onSelect={shine}>
        {t(lit ? 'person.noSpotlight' : 'person.spotlight')}
      </MenuItem>
      {person.hand > 0 && (
        <>
          <MenuItem
            icon={<Hand size={18} />}
            onSelect={() => void moderate({ type: 'moderation:call-on', data: { participant } })}
          >
            {t('person.callOn')}
          </MenuItem>
          <MenuItem
            icon={<Hand size={18} />}
            onSelect={() =>
              void moderate({ type: 'moderation:lower-hands', data: { participant } })
            }
          >
            {t('person.lowerHand')}
          </MenuItem>
        </>
      )}
      {below && (
        <>
          {person.microphone ? (
            <>
              <MenuItem
                icon={<MicOff size={18} />}
                onSelect={() => void moderate({ type: 'moderation:mute', data: { participant } })}
              >
                {t('person.mute')}
              </MenuItem>
              {!isHost(role) && (
                <MenuItem
                  icon={<Ban size={18} />}
                  onSelect={() =>
                    void moderate({ type: 'moderation:mute', data: { participant, hard: true } })
                  }
                >
                  {t('person.muteHard')}
                </MenuItem>
              )}
            </>
          ) : (
            <MenuItem
              icon={<Mic size={18} />}
              onSelect={() =>
                void moderate(
                  { type: 'moderation:ask-unmute', data: { participant } },
                  t('person.asked', { name }),
                )
              }
            >
              {t('person.askUnmute')}
            </MenuItem>
          )}
          {person.camera && (
            <MenuItem
              icon={<VideoOff size={18} />}
              onSelect={() =>
                void moderate({ type: 'moderation:stop-video', data: { participant } })
              }
            >
              {t('person.stopVideo')}
            </MenuItem>
          )}
          {person.sharing && (
            <MenuItem
              icon={<MonitorX size={18} />}
              onSelect={() =>
                void moderate({ type: 'moderation:stop-share', data: { participant } })
              }
            >
              {t('person.stopShare')}
            </MenuItem>
          )}
          {!isHost(role) && (
            <MenuItem icon={<SlidersHorizontal size={18} />} onSelect={() => permit(id)}>
              {t('person.permissions')}
            </MenuItem>
          )}
          <MenuSeparator />
          {mine && (
            <>
              <MenuItem
                icon={role === 'COHOST' ? <ShieldMinus size={18} /> : <ShieldCheck size={18} />}
                onSelect={() =>
                  void moderate({
                    type: 'moderation:role',
                    data: { participant, role: role === 'COHOST' ? 'PARTICIPANT' : 'COHOST' },
                  })
                }
              >
                {t(role === 'COHOST' ? 'person.noCohost' : 'person.cohost')}
              </MenuItem>
              <MenuItem
                icon={<Crown size={18} />}
                onSelect={() =>
                  void moderate({ type: 'moderation:role', data: { participant, role: 'HOST' } })
                }
              >
                {t('person.handOver')}
              </MenuItem>
            </>
          )}
          <MenuItem
            icon={<DoorClosed size={18} />}
            onSelect={() =>
              void moderate(
                { type: 'moderation:send-to-lobby', data: { participant } },
                t('person.sentToLobby', { name }),
              )
            }
          >
            {t('person.toLobby')}
          </MenuItem>
          <MenuItem danger icon={<UserX size={18} />} onSelect={() => remove(person)}>
            {t('person.remove')}
          </MenuItem>
        </>
      )}
    </>
  );
}
