package api_test

import (
	"encoding/csv"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/store"
)

// Mail is written in the language of who reads it: that of their own client, or else of who has it sent.
func TestMailIsInTheLanguageOfItsReader(t *testing.T) {
	w := newWorld(t, withMail)
	m := w.meeting("ada", `{"title":"Plan","schedule":{"startsAt":"2026-11-26T09:00:00Z","minutes":60,"timeZone":"Europe/Berlin"}}`)
	w.person("alan")
	grace := refreshCall(w.person("grace").Cookie)
	grace.header = maps.Clone(grace.header)
	grace.header["Accept-Language"] = "xx, de-AT;q=0.8, en;q=0.1"
	w.people["grace"].signedIn(w, w.want(200, grace))
	in := func(language string) map[string]string { return map[string]string{"Accept-Language": language} }
	w.want(200, call{
		method: "POST", path: "/api/meetings/" + m.Code + "/invitees", as: "ada", header: in("fr"),
		body: `{"emails":["grace@plenum.example","alan@plenum.example"]}`,
	})
	w.want(201, call{method: "POST", path: "/api/meetings/" + m.Code + "/invitations", as: "ada", header: in("ja,en;q=0.5"), body: `{"sendTo":"ghost@plenum.example"}`})
	w.want(204, call{method: "POST", path: "/api/auth/reset", header: in("ar"), body: `{"email":"grace@plenum.example"}`})
	w.want(204, call{method: "POST", path: "/api/auth/reset", header: in("es-MX"), body: `{"email":"alan@plenum.example"}`})
	w.want(204, call{method: "POST", path: "/api/auth/reset", header: in(strings.Repeat("fr,", 200)), body: `{"email":"alan@plenum.example"}`})
	mails := w.sent()
	for i, want := range []struct{ subject, text string }{
		{"Einladung: Plan", "Hallo Grace,\n\nAda lädt Sie zu einem Meeting ein: Plan\n\nDonnerstag, 26. November 2026, 10:00 Uhr (Europe/Berlin).\n\n"},
		{"Invitation : Plan", "Bonjour Alan,\n\nAda vous invite à une réunion : Plan\n\njeudi 26 novembre 2026, 10:00 (Europe/Berlin).\n\n"},
		{"招待: Plan", "こんにちは。\n\nAda さんから会議に招待されました: Plan\n\n2026年11月26日(木)10:00(Europe/Berlin)\n\n"},
		{"Ein neues Passwort für Plenum", "Hallo Grace,\n\njemand, wahrscheinlich Sie, hat um ein neues Passwort gebeten. Legen Sie es innerhalb von 30 Minuten hier fest:\n\n"},
		{"Una contraseña nueva para Plenum", "Hola, Alan:\n\n"},
		{"A new password for Plenum", "Hello Alan,\n\n"},
	} {
		if len(mails) <= i {
			t.Fatalf("%d mails", len(mails))
		}
		if mails[i].Subject != want.subject || !strings.HasPrefix(mails[i].Text, want.text) {
			t.Errorf("%q:\n%s", mails[i].Subject, mails[i].Text)
		}
	}
}

func TestExportsAreInTheLanguageOfTheirReader(t *testing.T) {
	w := newWorld(t)
	code, o := w.held()
	people, err := w.store.ParticipantsIn(w.Context(), o.ID, 2)
	w.must(err)
	grace := people[0]
	w.must(w.store.SetParticipantStanding(w.Context(), grace.ID, store.RoleCoHost, grace.Overrides, w.clock.now()))
	english := [][]string{{"name", "role", "guest"}, {"grace", "co-host", "no"}, {"alan", "participant", "no"}}
	for language, want := range map[string]struct {
		people [][]string
		number string
	}{
		"":          {english, "number"},
		"tlh":       {english, "number"},
		"de":        {[][]string{{"Name", "Rolle", "Gast"}, {"grace", "Mitleitung", "nein"}, {"alan", "Teilnahme", "nein"}}, "Nummer"},
		"fr-CA, en": {[][]string{{"nom", "rôle", "invité"}, {"grace", "coanimation", "non"}, {"alan", "participation", "non"}}, "numéro"},
		"ja":        {[][]string{{"名前", "役割", "ゲスト"}, {"grace", "共同ホスト", "いいえ"}, {"alan", "参加者", "いいえ"}}, "番号"},
	} {
		rows := func(file string) [][]string {
			a := w.want(200, call{
				method: "GET", path: "/api/meetings/" + code + "/occurrences/" + o.ID + "/" + file + ".csv", as: "ada",
				header: map[string]string{"Accept-Language": language},
			})
			all, err := csv.NewReader(strings.NewReader(string(a.body))).ReadAll()
			w.must(err)
			return all
		}
		got := rows("attendance")
		for i := range got {
			got[i] = got[i][:3]
		}
		if !slices.EqualFunc(got, want.people, slices.Equal) {
			t.Errorf("%q: attendance %q", language, got)
		}
		if head := rows("transcript")[0][0]; head != want.number {
			t.Errorf("%q: the transcript begins with %q", language, head)
		}
	}
}
