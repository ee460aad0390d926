import clsx from 'clsx';
import { Ban, Check, UserPlus } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Override, Permission, Permissions, Role } from '../protocol/messages';
import { Avatar } from './Avatar';
import { matches } from './matches';
import { Menu, MenuChoices } from './Menu';
import { Switch } from './Switch';

export const permissionNames: readonly Permission[] = [
  'unmute',
  'camera',
  'share',
  'chat',
  'privateChat',
  'rename',
  'reactions',
];

export interface Exception {
  id: string;
  name: string;
  role: Role;
  guest: boolean;
  override: Override;
}

export interface PermissionTableProps {
  everyone: Permissions;
  exceptions: readonly Exception[];
  /** Those who could become one. */
  others: readonly { id: string; name: string }[];
  onEveryone: (permission: Permission, allowed: boolean) => void;
  /** Undefined makes it what it is for everyone. */
  onPerson: (id: string, permission: Permission, allowed: boolean | undefined) => void;
  onAdd: (id: string) => void;
}

/** Who may do what: the meeting's switches, and only what differs from them for somebody. */
export function PermissionTable(props: PermissionTableProps) {
  const { t } = useTranslation();
  const { everyone, exceptions } = props;
  return (
    <div
      role="group"
      aria-label={t('host.whoMay')}
      // Scrolled sideways on a phone, with the keyboard too.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="mt-5 overflow-x-auto rounded-card focus-visible:-outline-offset-2"
    >
      <table className="w-full min-w-[46rem] border-separate border-spacing-0 text-body">
        <thead>
          <tr className="text-label text-muted">
            <th
              scope="col"
              className="sticky start-0 z-10 bg-surface-1 px-4 pb-2.5 text-start font-semibold"
            >
              {t('host.whoMay')}
            </th>
            {permissionNames.map((name) => (
              <th key={name} scope="col" className="px-1 pb-2.5 text-center font-semibold">
                {t(`host.permissions.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr className="*:bg-surface-2">
            <th
              scope="row"
              className="sticky start-0 z-10 rounded-s-card px-4 py-3 text-start font-normal"
            >
              <span className="block text-field font-semibold">{t('host.everyone')}</span>
              <span className="block text-label text-muted">{t('host.unless')}</span>
            </th>
            {permissionNames.map((name) => (
              <td key={name} className="px-1 py-3 text-center last:rounded-e-card">
                <Switch
                  stacked
                  label={t(`host.permissions.${name}`)}
                  on={everyone[name]}
                  onChange={(allowed) => props.onEveryone(name, allowed)}
                />
              </td>
            ))}
          </tr>
          {exceptions.map((each) => (
            <tr key={each.id} className="*:border-b *:border-hairline">
              <th
                scope="row"
                className="sticky start-0 z-10 bg-surface-1 px-4 py-2 text-start font-normal"
              >
                <span className="flex items-center gap-3">
                  <Avatar id={each.id} name={each.name} size={32} />
                  <span className="min-w-0">
                    <span
                      className="block max-w-40 truncate aligned text-field font-medium"
                      dir="auto"
                    >
                      {each.name}
                    </span>
                    <span className="block text-small text-muted">
                      {t(each.guest ? 'people.guest' : 'host.participant')}
                    </span>
                  </span>
                </span>
              </th>
              {permissionNames.map((name) => (
                <td key={name} className="px-1 py-2 text-center">
                  <Cell
                    person={each}
                    permission={name}
                    inherited={everyone[name]}
                    onChoose={(allowed) => props.onPerson(each.id, name, allowed)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <AddPerson others={props.others} onAdd={props.onAdd} />
    </div>
  );
}

function Cell({
  person,
  permission,
  inherited,
  onChoose,
}: {
  person: Exception;
  permission: Permission;
  inherited: boolean;
  onChoose: (allowed: boolean | undefined) => void;
}) {
  const { t } = useTranslation();
  const own = person.override[permission];
  const word =
    own === undefined
      ? t(inherited ? 'host.on' : 'host.off')
      : t(own ? 'host.allowed' : 'host.blocked');
  return (
    <Menu
      align="center"
      label={t(`host.permissions.${permission}`)}
      trigger={
        <button
          type="button"
          aria-label={t('host.cell', {
            name: person.name,
            permission: t(`host.permissions.${permission}`),
            state: word,
          })}
          className={clsx(
            'inline-flex min-h-8 items-center gap-1.5 rounded-full px-3 text-label',
            own === undefined
              ? 'text-muted hover:bg-surface-2'
              : own
                ? 'bg-green-fill font-medium text-green-ink'
                : 'bg-off-fill font-medium text-off-ink',
          )}
        >
          {own === true && <Check size={15} aria-hidden="true" />}
          {own === false && <Ban size={14} aria-hidden="true" />}
          {word}
        </button>
      }
    >
      <MenuChoices
        value={own === undefined ? 'same' : own ? 'allowed' : 'blocked'}
        choices={[
          {
            value: 'same',
            label: t('host.same', { state: t(inherited ? 'host.on' : 'host.off') }),
          },
          { value: 'allowed', label: t('host.allowed') },
          { value: 'blocked', label: t('host.blocked') },
        ]}
        onChoose={(value) => onChoose(value === 'same' ? undefined : value === 'allowed')}
      />
    </Menu>
  );
}

// More than that, and one types a letter.
const most = 6;

function AddPerson({ others, onAdd }: Pick<PermissionTableProps, 'others' | 'onAdd'>) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState('');
  const id = useId();
  if (others.length === 0) return null;
  if (!open) {
    return (
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="mt-2 ms-2 inline-flex min-h-10 items-center gap-2.5 rounded-full px-3 text-field font-medium text-link hover:underline"
      >
        <UserPlus size={18} aria-hidden="true" />
        {t('host.addPerson')}
      </button>
    );
  }
  const found = others.filter(({ name }) => matches(name, wanted)).slice(0, most);
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 py-3">
      <label htmlFor={id} className="sr-only">
        {t('people.find')}
      </label>
      <input
        id={id}
        type="search"
        // Opened to be typed in.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        placeholder={t('people.find')}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
        className="h-10 w-52 rounded-full border border-edge bg-surface-2 px-4 text-body"
      />
      {found.map((each) => (
        <button
          key={each.id}
          type="button"
          aria-label={t('host.addNamed', { name: each.name })}
          onClick={() => {
            onAdd(each.id);
            setOpen(false);
            setWanted('');
          }}
          className="inline-flex h-10 max-w-52 items-center gap-2 rounded-full bg-surface-2 ps-1.5 pe-4 hover:bg-surface-3"
        >
          <Avatar id={each.id} name={each.name} size={28} />
          <span className="truncate aligned" dir="auto">
            {each.name}
          </span>
        </button>
      ))}
      {found.length === 0 && <span className="text-muted">{t('people.none')}</span>}
    </div>
  );
}
