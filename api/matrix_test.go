package api_test

import (
	"strings"
	"testing"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

// Who may do what: the status that each kind of caller gets from each route of the API, for a meeting of ada's.
//
//	none      no credential
//	other     somebody with an account who has only the code
//	guest     a guest, whose only credential is a grant
//	waiting   somebody with an account who waits in the lobby
//	took part somebody with an account who was in the meeting
//	co-host   the same, whom a host has made co-host there
//	host      ada
var matrix = map[api.Route][7]int{
	//                                                     none other guest waiting took part co-host host
	{Method: "POST", Path: "/api/auth/register"}:                                {201, 201, 201, 201, 201, 201, 201},
	{Method: "POST", Path: "/api/auth/login"}:                                   {200, 200, 200, 200, 200, 200, 200},
	{Method: "POST", Path: "/api/auth/refresh"}:                                 {401, 200, 401, 200, 200, 200, 200},
	{Method: "POST", Path: "/api/auth/logout"}:                                  {204, 204, 204, 204, 204, 204, 204},
	{Method: "GET", Path: "/api/auth/me"}:                                       {401, 200, 401, 200, 200, 200, 200},
	{Method: "POST", Path: "/api/meetings"}:                                     {401, 201, 401, 201, 201, 201, 201},
	{Method: "GET", Path: "/api/meetings"}:                                      {401, 200, 401, 200, 200, 200, 200},
	{Method: "GET", Path: "/api/meetings/:code"}:                                {200, 200, 401, 200, 200, 200, 200},
	{Method: "PATCH", Path: "/api/meetings/:code"}:                              {401, 404, 401, 404, 404, 404, 200},
	{Method: "DELETE", Path: "/api/meetings/:code"}:                             {401, 404, 401, 404, 404, 404, 204},
	{Method: "POST", Path: "/api/meetings/:code/join"}:                          {200, 200, 401, 200, 200, 200, 200},
	{Method: "POST", Path: "/api/meetings/:code/leave"}:                         {401, 404, 401, 404, 204, 204, 404},
	{Method: "POST", Path: "/api/meetings/:code/end"}:                           {401, 404, 401, 404, 404, 404, 204},
	{Method: "GET", Path: "/api/meetings/:code/messages"}:                       {401, 404, 401, 404, 200, 200, 200},
	{Method: "GET", Path: "/api/meetings/:code/participants"}:                   {401, 404, 401, 404, 200, 200, 200},
	{Method: "POST", Path: "/api/auth/reset"}:                                   {204, 204, 204, 204, 204, 204, 204},
	{Method: "POST", Path: "/api/auth/reset/confirm"}:                           {400, 400, 400, 400, 400, 400, 400},
	{Method: "PATCH", Path: "/api/users/me"}:                                    {401, 200, 401, 200, 200, 200, 200},
	{Method: "POST", Path: "/api/users/me/password"}:                            {401, 204, 401, 204, 204, 204, 204},
	{Method: "GET", Path: "/api/users/me/sessions"}:                             {401, 200, 401, 200, 200, 200, 200},
	{Method: "DELETE", Path: "/api/users/me/sessions"}:                          {401, 204, 401, 204, 204, 204, 204},
	{Method: "DELETE", Path: "/api/users/me/sessions/:id"}:                      {401, 404, 401, 404, 404, 404, 404},
	{Method: "GET", Path: "/api/meetings/:code/calendar.ics"}:                   {401, 404, 401, 404, 200, 200, 200},
	{Method: "POST", Path: "/api/meetings/:code/invitations"}:                   {401, 404, 401, 404, 404, 404, 201},
	{Method: "GET", Path: "/api/meetings/:code/invitations"}:                    {401, 404, 401, 404, 404, 404, 200},
	{Method: "DELETE", Path: "/api/meetings/:code/invitations/:id"}:             {401, 404, 401, 404, 404, 404, 204},
	{Method: "POST", Path: "/api/meetings/:code/invitees"}:                      {401, 404, 401, 404, 404, 404, 200},
	{Method: "GET", Path: "/api/meetings/:code/invitees"}:                       {401, 404, 401, 404, 404, 404, 200},
	{Method: "DELETE", Path: "/api/meetings/:code/invitees/:id"}:                {401, 404, 401, 404, 404, 404, 204},
	{Method: "GET", Path: "/api/meetings/:code/occurrences"}:                    {401, 404, 401, 404, 200, 200, 200},
	{Method: "GET", Path: "/api/meetings/:code/occurrences/:id"}:                {401, 404, 401, 404, 200, 200, 200},
	{Method: "GET", Path: "/api/meetings/:code/occurrences/:id/attendance.csv"}: {401, 404, 401, 404, 404, 404, 200},
	{Method: "GET", Path: "/api/meetings/:code/occurrences/:id/transcript.csv"}: {401, 404, 401, 404, 404, 404, 200},
	{Method: "POST", Path: "/api/connection-test"}:                              {200, 200, 401, 200, 200, 200, 200},
	{Method: "POST", Path: "/api/meetings/:code/streams"}:                       {401, 404, 401, 404, 404, 404, 201},
	// A stream's token is none of a person's, and a session is known by its id.
	{Method: "POST", Path: "/whip/:code"}:        {401, 401, 401, 401, 401, 401, 401},
	{Method: "POST", Path: "/whep/:code"}:        {401, 401, 401, 401, 401, 401, 401},
	{Method: "OPTIONS", Path: "/whip/:code"}:     {204, 204, 204, 204, 204, 204, 204},
	{Method: "GET", Path: "/whip/:code"}:         {204, 204, 204, 204, 204, 204, 204},
	{Method: "OPTIONS", Path: "/whep/:code"}:     {204, 204, 204, 204, 204, 204, 204},
	{Method: "GET", Path: "/whep/:code"}:         {204, 204, 204, 204, 204, 204, 204},
	{Method: "PATCH", Path: "/whip/:code/:id"}:   {404, 404, 404, 404, 404, 404, 404},
	{Method: "PATCH", Path: "/whep/:code/:id"}:   {404, 404, 404, 404, 404, 404, 404},
	{Method: "DELETE", Path: "/whip/:code/:id"}:  {404, 404, 404, 404, 404, 404, 404},
	{Method: "DELETE", Path: "/whep/:code/:id"}:  {404, 404, 404, 404, 404, 404, 404},
	{Method: "OPTIONS", Path: "/whip/:code/:id"}: {204, 204, 204, 204, 204, 204, 204},
	{Method: "GET", Path: "/whip/:code/:id"}:     {404, 404, 404, 404, 404, 404, 404},
	{Method: "OPTIONS", Path: "/whep/:code/:id"}: {204, 204, 204, 204, 204, 204, 204},
	{Method: "GET", Path: "/whep/:code/:id"}:     {404, 404, 404, 404, 404, 404, 404},
	{Method: "GET", Path: "/api/features"}:       {200, 200, 200, 200, 200, 200, 200},
	{Method: "GET", Path: "/api/docs"}:           {200, 200, 200, 200, 200, 200, 200},
	{Method: "GET", Path: "/healthz"}:            {200, 200, 200, 200, 200, 200, 200},
	{Method: "GET", Path: "/readyz"}:             {200, 200, 200, 200, 200, 200, 200},
	{Method: "GET", Path: "/api/openapi.yaml"}:   {200, 200, 200, 200, 200, 200, 200},
}

var callers = [7]string{"none", "other", "guest", "waiting", "took part", "co-host", "host"}

// bodies that the routes accept; {participant} is the one of whoever took part.
var bodies = map[api.Route]string{
	{Method: "POST", Path: "/api/auth/register"}:      `{"email":"new@plenum.example","password":"a long walk","name":"New"}`,
	{Method: "POST", Path: "/api/auth/login"}:         `{"email":"ada@plenum.example","password":"` + password + `"}`,
	{Method: "POST", Path: "/api/auth/refresh"}:       `{}`,
	{Method: "POST", Path: "/api/auth/logout"}:        `{}`,
	{Method: "POST", Path: "/api/meetings"}:           `{"title":"Plan"}`,
	{Method: "POST", Path: "/api/auth/reset"}:         `{"email":"ada@plenum.example"}`,
	{Method: "POST", Path: "/api/auth/reset/confirm"}: `{"token":"guessed","password":"a long walk home"}`,
	{Method: "PATCH", Path: "/api/users/me"}:          `{"name":"Other"}`,
	{Method: "POST", Path: "/api/users/me/password"}:  `{"current":"` + password + `","password":"a long walk home"}`,
	{Method: "POST", Path: "/api/connection-test"}:    `{}`,

	{Method: "POST", Path: "/api/meetings/:code/invitations"}: `{"role":"COHOST"}`,
	{Method: "POST", Path: "/api/meetings/:code/streams"}:     `{"kind":"publish","name":"Stage"}`,
	{Method: "POST", Path: "/api/meetings/:code/invitees"}:    `{"emails":["alan@plenum.example"]}`,
	{Method: "PATCH", Path: "/api/meetings/:code"}:            `{"title":"Other"}`,
	{Method: "POST", Path: "/api/meetings/:code/join"}:        `{"name":"Somebody"}`,
	{Method: "POST", Path: "/api/meetings/:code/leave"}:       `{"participant":"{participant}"}`,
	{Method: "POST", Path: "/api/meetings/:code/end"}:         `{}`,
}

func TestAuthorisation(t *testing.T) {
	listed := map[api.Route]bool{}
	server := newWorld(t).server
	admin := server.AdminRoutes() // which ask for a key
	for _, r := range server.Routes() {
		listed[r] = true
		_, asksForKey := admin[r]
		if _, ok := matrix[r]; !ok && !asksForKey {
			t.Errorf("%s %s is missing from the matrix", r.Method, r.Path)
		}
	}
	for r, statuses := range matrix {
		if !listed[r] {
			t.Errorf("%s %s is in the matrix, but is no route", r.Method, r.Path)
		}
		for i, status := range statuses {
			t.Run(r.Method+" "+r.Path+" as "+callers[i], func(t *testing.T) {
				w := newWorld(t, withMail)
				m := w.meeting("ada", `{"title":"Plan","schedule":{"startsAt":"2026-11-26T09:00:00Z","minutes":60,"timeZone":"UTC"}}`)
				part := w.tookPart(m.Code, "grace")
				id := part.OccurrenceID
				if strings.Contains(r.Path, "/invit") {
					id = w.invited(m.Code, strings.Contains(r.Path, "/invitees"))
				}
				grant, _ := w.join(m.Code, "", `{"name":"Gus"}`)
				c := call{
					method: r.Method, path: strings.NewReplacer(":code", m.Code, ":id", id).Replace(r.Path), header: map[string]string{"X-Plenum": "1"},
					body: strings.ReplaceAll(bodies[r], "{participant}", part.ID),
				}
				name := map[string]string{"other": "alan", "waiting": "edsger", "took part": "grace", "co-host": "grace", "host": "ada"}[callers[i]]
				switch callers[i] {
				case "waiting":
					waiting := store.Participant{OccurrenceID: part.OccurrenceID, MeetingID: part.MeetingID, UserID: &w.person(name).ID, Name: name, Role: store.RoleParticipant, Status: store.StatusWaiting}
					w.must(w.store.AddParticipant(t.Context(), &waiting))
				case "co-host":
					w.must(w.store.SetParticipantStanding(t.Context(), part.ID, store.RoleCoHost, "", w.clock.now()))
				}
				if name != "" {
					c.as, c.cookie = name, w.person(name).Cookie
				}
				if callers[i] == "guest" {
					c.header["Authorization"], c.cookie = "Bearer "+grant.Grant, grant.Grant
				}
				w.want(status, c)
			})
		}
	}
}
