import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { NewInvitation, NewStream } from '../api';
import { useApi } from './session';

/** The links of a meeting, those of its streams too, and what its host does with them. */
export function useInvitations(code: string) {
  const api = useApi();
  const queries = useQueryClient();
  const queryKey = ['meeting', code, 'invitations'];
  const refresh = () => queries.invalidateQueries({ queryKey });
  const list = useQuery({ queryKey, queryFn: () => api.hosting.invitations(code) });
  const revoke = useMutation({
    mutationFn: (id: string) => api.hosting.revokeInvitation(code, id),
    onSettled: refresh,
  });
  return {
    /** Those that nobody has revoked. */
    links: list.data?.filter(({ revokedAt }) => revokedAt === undefined),
    problem: list.error ?? revoke.error,
    revoke,
    create: useMutation({
      mutationFn: (wish: NewInvitation) => api.hosting.createInvitation(code, wish),
      onSuccess: refresh,
    }),
    createStream: useMutation({
      mutationFn: (wish: NewStream) => api.hosting.createStream(code, wish),
      onSuccess: refresh,
    }),
  };
}

/** People with an account who find the meeting on their dashboard. */
export function useInvitees(code: string) {
  const api = useApi();
  const queries = useQueryClient();
  const queryKey = ['meeting', code, 'invitees'];
  const refresh = () => queries.invalidateQueries({ queryKey });
  return {
    list: useQuery({ queryKey, queryFn: () => api.hosting.invitees(code) }),
    invite: useMutation({
      mutationFn: (emails: string[]) => api.hosting.invite(code, emails),
      onSuccess: refresh,
    }),
    uninvite: useMutation({
      mutationFn: (id: string) => api.hosting.uninvite(code, id),
      onSettled: refresh,
    }),
  };
}

/** The addresses in what somebody typed or pasted: "Ana <ana@a.example>, ben@b.example". */
export function addressesIn(text: string): string[] {
  const found = text.match(/[^\s<>,;"()]+@[^\s<>,;"()]+/g) ?? [];
  return [...new Set(found.map((each) => each.toLowerCase()))];
}
