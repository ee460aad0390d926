package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/plenum-meet/plenum/signaling"
	"github.com/plenum-meet/plenum/store"
)

func (s *Server) adminUserRoutes() {
	const user = "/api/admin/users/:id"
	s.adminRoute(http.MethodGet, "/api/admin/users", ScopeUsersRead, s.adminListUsers)
	s.adminRoute(http.MethodPost, "/api/admin/users", ScopeUsersWrite, s.adminCreateUser)
	s.adminRoute(http.MethodGet, user, ScopeUsersRead, s.adminGetUser)
	s.adminRoute(http.MethodPatch, user, ScopeUsersWrite, s.adminChangeUser)
	s.adminRoute(http.MethodDelete, user, ScopeUsersWrite, s.adminDeleteUser)
	s.adminRoute(http.MethodPost, user+"/password", ScopeUsersWrite, s.adminSetPassword)
	s.adminRoute(http.MethodPost, user+"/sign-out", ScopeUsersWrite, s.adminSignOut)
}

const maxSearch = 200

type adminUserJSON struct {
	userJSON
	Role       string     `json:"role"`
	DisabledAt *time.Time `json:"disabledAt,omitempty"`
}

type adminUsersResponse struct {
	Users []adminUserJSON `json:"users"`
	Next  string          `json:"next,omitempty"`
}

type adminUserResponse struct {
	User adminUserJSON `json:"user"`
}

type newUserResponse struct {
	User     adminUserJSON `json:"user"`
	Password string        `json:"password,omitempty"` // the one that the server made, this once
}

type newPasswordResponse struct {
	Password string `json:"password,omitempty"`
}

type adminCreateUserRequest struct {
	Email    string  `json:"email"`
	Name     string  `json:"name"`
	Password *string `json:"password"`
	Role     string  `json:"role"`
}

type adminChangeUserRequest struct {
	Name     *string `json:"name"`
	Role     *string `json:"role"`
	Disabled *bool   `json:"disabled"`
}

type adminPasswordRequest struct {
	Password *string `json:"password"`
}

func renderAdminUser(u store.User) adminUserJSON {
	return adminUserJSON{userJSON: renderUser(u), Role: u.Role, DisabledAt: u.DisabledAt}
}

// NewAccount checks what is said of a new account. Without a password it makes one, to be told once.
func NewAccount(email, name, role string, password *string, now time.Time) (user store.User, plain string, err error) {
	var check checks
	user = store.User{Email: check.email("email", email), Name: check.name("name", name), Role: check.accountRole("role", role), CreatedAt: now}
	plain = check.givenPassword(password, user)
	return user, plain, check.failure()
}

func (c *checks) accountRole(field, role string) string {
	switch role {
	case "":
		return store.AccountUser
	case store.AccountUser, store.AccountAdmin:
	default:
		c.wrong(field, "is "+store.AccountUser+" or "+store.AccountAdmin)
	}
	return role
}

// givenPassword is what an administrator chose, or a new one.
func (c *checks) givenPassword(given *string, of store.User) string {
	if given == nil {
		return newRefreshToken()[:24]
	}
	return c.password("password", *given, of.Email, of.Name)
}

// userOf finds the account of the path.
func (s *Server) userOf(c echo.Context, find func(context.Context, string) (store.User, error)) (store.User, error) {
	var check checks
	id := check.id("id", c.Param("id"))
	if err := check.failure(); err != nil {
		return store.User{}, err
	}
	user, err := find(c.Request().Context(), id)
	if errors.Is(err, store.ErrNotFound) {
		return user, errNoUser
	}
	return user, err
}

// userToChange is userOf for a change. An administrator's account, which may do everything, is not for everybody to change.
func (s *Server) userToChange(c echo.Context, tx *store.Store) (store.User, error) {
	user, err := s.userOf(c, tx.UserForUpdate)
	if err != nil {
		return user, err
	}
	if user.Role == store.AccountAdmin && !administratorOf(c).hasAll() {
		return user, errAdminOnly
	}
	return user, unchanged(c, adminUserResponse{renderAdminUser(user)})
}

func (s *Server) adminListUsers(c echo.Context) error {
	var check checks
	filter := store.UserFilter{Limit: check.limit(c, 50, 200), Search: c.QueryParam("search"), Before: c.QueryParam("before")}
	if len(filter.Search) > maxSearch {
		check.wrong("search", "is too long")
	}
	if filter.Before != "" {
		check.id("before", filter.Before)
	}
	if err := check.failure(); err != nil {
		return err
	}
	page, next, err := s.store.Users(c.Request().Context(), filter)
	if err != nil {
		return err
	}
	out := adminUsersResponse{Users: make([]adminUserJSON, 0, len(page)), Next: next}
	for _, u := range page {
		out.Users = append(out.Users, renderAdminUser(u))
	}
	return tagged(c, out)
}

func (s *Server) adminCreateUser(c echo.Context) error {
	var in adminCreateUserRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	user, password, err := NewAccount(in.Email, in.Name, in.Role, in.Password, s.now())
	if err != nil {
		return err
	}
	if user.Role == store.AccountAdmin && !administratorOf(c).hasAll() {
		return errAdminOnly
	}
	ctx := c.Request().Context()
	if user.PasswordHash, err = s.hasher.hash(ctx, password); err != nil {
		return err
	}
	err = s.store.CreateUser(ctx, &user)
	if errors.Is(err, store.ErrTaken) {
		return errEmailTaken
	}
	if err != nil {
		return err
	}
	s.audit(c, event{action: "admin_user_create", target: user.ID})
	out := newUserResponse{User: renderAdminUser(user)}
	if in.Password == nil {
		out.Password = password
	}
	return c.JSON(http.StatusCreated, out)
}

func (s *Server) adminGetUser(c echo.Context) error {
	user, err := s.userOf(c, s.store.UserByID)
	if err != nil {
		return err
	}
	return tagged(c, adminUserResponse{renderAdminUser(user)})
}

func (s *Server) adminChangeUser(c echo.Context) error {
	var in adminChangeUserRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	var check checks
	if in.Name != nil {
		*in.Name = check.name("name", *in.Name)
	}
	if in.Role != nil {
		*in.Role = check.accountRole("role", *in.Role)
	}
	if err := check.failure(); err != nil {
		return err
	}
	if in == (adminChangeUserRequest{}) {
		return errInvalid.because("There is nothing to change: give name, role or disabled.")
	}
	if in.Role != nil && *in.Role == store.AccountAdmin && !administratorOf(c).hasAll() {
		return errAdminOnly
	}
	ctx := c.Request().Context()
	var user store.User
	var ended []string
	err := s.store.InTx(ctx, func(tx *store.Store) error {
		var err error
		ended = nil
		if user, err = s.userToChange(c, tx); err != nil {
			return err
		}
		if ended, err = s.applyChange(ctx, tx, user.ID, in); err != nil {
			return err
		}
		user, err = tx.UserByID(ctx, user.ID)
		return err
	})
	if err != nil {
		return err
	}
	s.ended(ended...)
	for _, action := range in.actions() {
		s.audit(c, event{action: action, target: user.ID})
	}
	return tagged(c, adminUserResponse{renderAdminUser(user)})
}

// applyChange returns the sign-ins that have ended by it.
func (s *Server) applyChange(ctx context.Context, tx *store.Store, id string, in adminChangeUserRequest) (ended []string, err error) {
	if in.Name != nil {
		if err := tx.RenameUser(ctx, id, *in.Name, s.now()); err != nil {
			return nil, err
		}
	}
	if in.Role != nil {
		if err := tx.SetUserRole(ctx, id, *in.Role, s.now()); err != nil {
			return nil, err
		}
	}
	if in.Disabled == nil {
		return nil, nil
	}
	if err := tx.DisableUser(ctx, id, *in.Disabled, s.now()); err != nil || !*in.Disabled {
		return nil, err
	}
	return tx.RevokeSignIns(ctx, id, "", s.now())
}

// actions are what the audit log calls the changes.
func (in adminChangeUserRequest) actions() (out []string) {
	if in.Name != nil {
		out = append(out, "admin_user_rename")
	}
	if in.Role != nil {
		out = append(out, "admin_user_role")
	}
	if in.Disabled != nil && *in.Disabled {
		out = append(out, "admin_user_disable")
	}
	if in.Disabled != nil && !*in.Disabled {
		out = append(out, "admin_user_enable")
	}
	return out
}

// adminSetPassword ends every sign-in of the account.
func (s *Server) adminSetPassword(c echo.Context) error {
	var in adminPasswordRequest
	if err := decode(c, &in); err != nil {
		return err
	}
	user, err := s.userToChange(c, s.store)
	if err != nil {
		return err
	}
	var check checks
	password := check.givenPassword(in.Password, user)
	if err := check.failure(); err != nil {
		return err
	}
	err = s.replacePassword(c.Request().Context(), user.ID, password, "", func(tx *store.Store) error {
		_, err := s.userToChange(c, tx)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return errNoUser
	}
	if err != nil {
		return err
	}
	s.audit(c, event{action: "admin_user_password", target: user.ID})
	out := newPasswordResponse{}
	if in.Password == nil {
		out.Password = password
	}
	return c.JSON(http.StatusOK, out)
}

func (s *Server) adminSignOut(c echo.Context) error {
	if err := decode(c, &emptyRequest{}); err != nil {
		return err
	}
	var user store.User
	var ended []string
	err := s.store.InTx(c.Request().Context(), func(tx *store.Store) (err error) {
		if user, err = s.userToChange(c, tx); err != nil {
			return err
		}
		ended, err = tx.RevokeSignIns(c.Request().Context(), user.ID, "", s.now())
		return err
	})
	if err != nil {
		return err
	}
	s.ended(ended...)
	s.audit(c, event{action: "admin_user_sign_out", target: user.ID})
	return c.NoContent(http.StatusNoContent)
}

// adminDeleteUser ends the meetings that the account hosts, and takes it out of others, before it is gone.
func (s *Server) adminDeleteUser(c echo.Context) error {
	ctx := c.Request().Context()
	var user store.User
	var ended []string
	// Disabled first, so that nobody signs in while the meetings end.
	err := s.store.InTx(ctx, func(tx *store.Store) (err error) {
		if user, err = s.userToChange(c, tx); err != nil {
			return err
		}
		if err := tx.DisableUser(ctx, user.ID, true, s.now()); err != nil {
			return err
		}
		ended, err = tx.RevokeSignIns(ctx, user.ID, "", s.now())
		return err
	})
	if err != nil {
		return err
	}
	s.ended(ended...)
	live, err := s.store.HostedLive(ctx, user.ID)
	if err != nil {
		return err
	}
	for _, m := range live {
		if err := s.endAnywhere(ctx, m.Code); err != nil && !errors.Is(err, signaling.ErrNotLive) {
			return fmt.Errorf("ending meeting %s: %w", m.ID, err)
		}
	}
	err = s.store.DeleteUser(ctx, user.ID)
	if errors.Is(err, store.ErrNotFound) {
		return errNoUser
	}
	if err != nil {
		return err
	}
	s.audit(c, event{action: "admin_user_delete", target: user.ID})
	return c.NoContent(http.StatusNoContent)
}
