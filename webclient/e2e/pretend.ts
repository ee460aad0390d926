import type { Page } from '@playwright/test';

const hour = 3_600_000;
const day = 24 * hour;

/** Meetings, people and times for pictures of pages, so that they show what a busy person's look like. */
export async function pretend(page: Page): Promise<void> {
  const now = Date.now();
  const at = (ms: number) => new Date(now + ms).toISOString();
  const permissions = {
    unmute: true,
    camera: true,
    share: true,
    chat: true,
    privateChat: false,
    reactions: true,
    rename: true,
  };
  const base = { guestsAllowed: true, lobby: false, live: false, createdAt: at(-9 * day) };
  const mine = {
    ...base,
    hostName: 'Ana Kovač',
    isHost: true,
    settings: { lobby: true, chatHistory: 'all', permissions },
  };
  const scheduled = (ms: number, minutes: number, recurrence?: string) => ({
    startsAt: at(ms),
    nextAt: at(ms),
    minutes,
    timeZone: 'Europe/Lisbon',
    ...(recurrence && { recurrence }),
  });
  const review = {
    ...mine,
    code: 'h3k7m-2p9qx',
    title: 'Design review',
    schedule: scheduled(66 * 60_000, 45, 'FREQ=WEEKLY;COUNT=10'),
  };
  const upcoming = [
    review,
    {
      ...base,
      code: 'b2222-22222',
      title: 'Interview: systems engineer',
      hostName: 'Mara Lindqvist',
      lobby: true,
      status: 'INVITED',
      schedule: scheduled(4 * hour, 60),
    },
    { ...mine, code: 'c3333-33333', title: 'Call with Kwame', schedule: scheduled(30 * hour, 15) },
    {
      ...base,
      code: 'd4444-44444',
      title: 'اجتماع الفريق الأسبوعي: all hands, November, with guests from every office',
      hostName: 'أمل حداد',
      schedule: scheduled(4 * day, 90, 'FREQ=MONTHLY'),
    },
  ];
  const past = [
    ['Platform stand-up', -3 * hour, 6],
    ['Budget for 2027', -3 * day, 9],
    ['Customer call: Arno & Söhne', -4 * day, 4],
    ['Design review', -8 * day, 7],
  ].map(([title, ms, participantCount], i) => ({
    ...mine,
    code: `e555${i}-55555`,
    title,
    participantCount,
    endedAt: at(ms as number),
    lastHeldAt: at((ms as number) - hour),
  }));
  const live = {
    ...base,
    code: 'a1111-11111',
    title: 'Weekly product review',
    hostName: 'Mara Lindqvist',
    live: true,
    participantCount: 8,
  };
  const occurrence = (id: string, ms: number, people: number, messages: number) => ({
    id,
    startedAt: at(ms),
    endedAt: at(ms + 44 * 60_000),
    people,
    messages,
  });
  const people: [string, string, boolean, number, [number, number, number, number] | null][] = [
    ['Ana Kovač', 'HOST', false, 2640, [96, 98, 0, 0]],
    ['Tomás Ferreira', 'COHOST', false, 2580, [58, 91, 3.2, 2]],
    ['Aiko Tanaka', 'PARTICIPANT', false, 2500, [93, 95, 0, 0]],
    ['أمل حداد', 'PARTICIPANT', true, 1260, [34, 41, 21, 9]],
    ['Yusuf', 'PARTICIPANT', true, 48, null],
  ];
  const attendance = people.map(([name, role, guest, seconds, quality], i) => ({
    id: `p${i}`,
    name,
    role,
    guest,
    seconds,
    joinedAt: at(-8 * day + i * 60_000),
    leftAt: at(-8 * day + i * 60_000 + seconds * 1000),
    stays: [],
    ...(quality && {
      quality: {
        up: quality[0],
        down: quality[1],
        frozenSeconds: quality[2],
        freezes: quality[3],
      },
    }),
  }));
  const messages = [
    ['Priya Raghavan', 'Retention is up for the third week. Numbers: https://plenum.example/r/w47'],
    ['Noah Weiss', 'Which query is that from?'],
    ['أمل حداد', 'شكرًا، سأرسل القائمة بعد الاجتماع.'],
  ].map(([senderName, text], i) => ({
    number: i + 1,
    senderName,
    text,
    sentAt: at(-8 * day + i * 300_000),
  }));
  const user = { id: 'u1', email: 'ana@plenum.example', name: 'Ana Kovač', createdAt: at(-day) };
  const invitation = { role: 'PARTICIPANT', skipLobby: true, uses: 3, good: true };
  const stage = { ...invitation, id: 's1', stream: 'publish', name: 'Camera on the stage' };
  const answers: [RegExp, unknown][] = [
    [/auth\/refresh$/, { user, accessToken: 'picture', expiresIn: 900 }],
    [/meetings\?view=upcoming/, { meetings: upcoming }],
    [/meetings(\?|$)/, { meetings: [live, ...upcoming, ...past] }],
    [/occurrences\/o1$/, { occurrence: occurrence('o1', -8 * day, 5, 3), attendance }],
    [
      /occurrences(\?|$)/,
      { occurrences: [occurrence('o1', -8 * day, 5, 3), occurrence('o2', -15 * day, 7, 0)] },
    ],
    [/messages\?/, { messages, more: false }],
    [
      /invitations$/,
      {
        invitations: [
          { ...invitation, id: 'i1', createdAt: at(-day), expiresAt: at(6 * day), maxUses: 10 },
          {
            ...invitation,
            id: 'i2',
            role: 'COHOST',
            uses: 1,
            maxUses: 1,
            good: false,
            createdAt: at(-2 * day),
          },
          { ...stage, createdAt: at(-hour), expiresAt: at(11 * hour) },
          {
            ...stage,
            id: 's2',
            stream: 'play',
            name: 'Foyer, second floor: the large screen beside the cloakroom',
            skipLobby: false,
            uses: 0,
            good: false,
            createdAt: at(-8 * day),
            expiresAt: at(-day),
          },
        ],
      },
    ],
    [
      /streams$/,
      {
        invitation: { ...stage, createdAt: at(0), expiresAt: at(12 * hour) },
        url: 'https://meet.plenum.example/whip/h3k7m-2p9qx',
        token: `v1.${'3pQx7mKd9fWz2nTb5vRc8hLj'.repeat(8)}`,
      },
    ],
    [
      /invitees$/,
      {
        invitees: ['Mara Lindqvist', 'Tomás Ferreira'].map((name, i) => ({
          id: `u${i + 2}`,
          name,
          email: `${name.split(' ')[0]?.toLowerCase()}@plenum.example`,
          invitedAt: at(-day),
        })),
      },
    ],
    [
      /users\/me\/sessions$/,
      {
        sessions: [
          ['Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0 Safari/537.36', true],
          ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Version/17.5 Safari/604.1', false],
        ].map(([userAgent, current], i) => ({
          id: `s${i}`,
          current,
          userAgent,
          address: '192.0.2.7',
          startedAt: at(-9 * day),
          lastUsedAt: at(-i * 5 * hour),
        })),
      },
    ],
    [/features$/, { passwordReset: true }],
    [/meetings\/h3k7m-2p9qx$/, { meeting: review }],
  ];
  await page.route('**/api/**', async (route) => {
    const address = route.request().url();
    const answer = answers.find(([pattern]) => pattern.test(address))?.[1];
    if (answer === undefined) await route.fulfill({ status: 404, json: { code: 'not_found' } });
    else await route.fulfill({ json: answer });
  });
}
