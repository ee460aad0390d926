package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/store"
)

type adminUserCommand struct {
	Create   adminUserCreate   `cmd:"" help:"Make an account, on the database itself: the first administrator, for example."`
	List     adminUserList     `cmd:"" help:"List accounts, newest first."`
	Disable  adminUserDisable  `cmd:"" help:"Keep an account from being used, and sign it out everywhere."`
	Enable   adminUserEnable   `cmd:"" help:"Let an account be used again."`
	Role     adminUserRole     `cmd:"" help:"Make somebody an administrator, or no longer."`
	Password adminUserPassword `cmd:"" help:"Give an account a new password, and sign it out everywhere."`
	SignOut  adminUserSignOut  `cmd:"" name:"sign-out" help:"Sign an account out everywhere."`
	Delete   adminUserDelete   `cmd:"" help:"Delete an account, with the meetings that it hosts."`
}

type adminUserCreate struct {
	offline

	Email         string `arg:"" help:"Address that the account signs in with."`
	Name          string `required:"" placeholder:"TEXT" help:"How others see them."`
	Administrator bool   `help:"They may make every call of the admin API, on the admin listener."`
	PasswordFile  string `type:"path" placeholder:"FILE" help:"File whose first line is the password; /dev/stdin reads it from there. Default: one is made and printed."`
}

func (c adminUserCreate) Run(ctx context.Context, to terminal) error {
	password, err := readPassword(c.PasswordFile)
	if err != nil {
		return err
	}
	role := store.AccountUser
	if c.Administrator {
		role = store.AccountAdmin
	}
	return c.with(ctx, to, func(records *store.Store) error {
		user, plain, err := api.NewAccount(c.Email, c.Name, role, password, time.Now())
		if err != nil {
			return sentenceOf(err)
		}
		if user.PasswordHash, err = api.HashPassword(api.Default().Hashing, plain); err != nil {
			return err
		}
		err = records.CreateUser(ctx, &user)
		if errors.Is(err, store.ErrTaken) {
			return fmt.Errorf("%s has an account already", user.Email)
		}
		if err != nil {
			return err
		}
		if err := c.audit(ctx, records, "admin_user_create", user.ID); err != nil {
			return err
		}
		return c.tell(to, user, plain, password == nil)
	})
}

func (c adminUserCreate) tell(to terminal, user store.User, plain string, made bool) error {
	if !made {
		plain = ""
	}
	if c.JSON {
		return printDocument(to.out, struct {
			ID       string `json:"id"`
			Email    string `json:"email"`
			Name     string `json:"name"`
			Role     string `json:"role"`
			Password string `json:"password,omitempty"`
		}{user.ID, user.Email, user.Name, user.Role, plain})
	}
	kind := "account"
	if user.Role == store.AccountAdmin {
		kind = "administrator's account"
	}
	if _, err := fmt.Fprintf(to.out, "The %s of %s is there: %s signs in with it.\n", kind, user.Name, user.Email); err != nil || !made {
		return err
	}
	_, err := fmt.Fprintf(to.out, "Password, shown this once: %s\n", plain)
	return err
}

// readPassword is nil without a file.
func readPassword(file string) (*string, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--password-file: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return new(strings.TrimSuffix(line, "\r")), nil
}

// accountLine is an account as the API has it.
type accountLine struct {
	ID         string     `json:"id"`
	Email      string     `json:"email"`
	Name       string     `json:"name"`
	Role       string     `json:"role"`
	CreatedAt  time.Time  `json:"createdAt"`
	DisabledAt *time.Time `json:"disabledAt"`
}

func (a accountLine) state() string {
	if a.DisabledAt != nil {
		return "disabled " + when(a.DisabledAt, "")
	}
	return "good"
}

type accountsPage struct {
	Users []accountLine `json:"users"`
	Next  string        `json:"next"`
}

type adminUserList struct {
	adminServer

	Search string `arg:"" optional:"" help:"Part of the address or the name."`
	Limit  int    `default:"50" placeholder:"N" help:"How many, 200 at most. Default: ${default}."`
	Before string `placeholder:"ID" help:"Begin behind this account: the last one of the page before."`
}

func (c adminUserList) Run(ctx context.Context, to terminal) error {
	query := url.Values{"search": {c.Search}, "before": {c.Before}, "limit": {fmt.Sprint(c.Limit)}}
	var page accountsPage
	text, err := c.call(ctx, http.MethodGet, "/api/admin/users?"+query.Encode(), nil, &page)
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) {
		fmt.Fprintln(table, "ID\tADDRESS\tNAME\tROLE\tSINCE\tSTATE")
		for _, u := range page.Users {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", u.ID, u.Email, u.Name, u.Role, when(&u.CreatedAt, ""), u.state())
		}
		if page.Next != "" {
			fmt.Fprintf(table, "There are more: --before %s\n", page.Next)
		}
	})
}

// adminAccount is one account, by its id or address.
type adminAccount struct {
	adminServer

	User string `arg:"" help:"Id or address of the account."`
}

// path finds the account's place in the API.
func (a adminAccount) path(ctx context.Context, more string) (string, error) {
	id := a.User
	if strings.Contains(a.User, "@") {
		found, err := a.byEmail(ctx)
		if err != nil {
			return "", err
		}
		id = found
	}
	return "/api/admin/users/" + url.PathEscape(id) + more, nil
}

func (a adminAccount) byEmail(ctx context.Context) (string, error) {
	before := ""
	for {
		var page accountsPage
		query := url.Values{"search": {a.User}, "before": {before}, "limit": {"200"}}
		if _, err := a.call(ctx, http.MethodGet, "/api/admin/users?"+query.Encode(), nil, &page); err != nil {
			return "", err
		}
		for _, u := range page.Users {
			if strings.EqualFold(u.Email, a.User) {
				return u.ID, nil
			}
		}
		if before = page.Next; before == "" {
			return "", fmt.Errorf("%s has no account", a.User)
		}
	}
}

// change sends a change of the account, and says what has become of it.
func (a adminAccount) change(ctx context.Context, to terminal, in any, said string) error {
	path, err := a.path(ctx, "")
	if err != nil {
		return err
	}
	var out struct {
		User accountLine `json:"user"`
	}
	text, err := a.call(ctx, http.MethodPatch, path, in, &out)
	if err != nil {
		return err
	}
	return a.show(to, text, func(table *tabwriter.Writer) { fmt.Fprintf(table, "%s %s\n", out.User.Email, said) })
}

type (
	adminUserDisable struct{ adminAccount }
	adminUserEnable  struct{ adminAccount }
	adminUserSignOut struct{ adminAccount }
	adminUserDelete  struct{ adminAccount }
)

func (c adminUserDisable) Run(ctx context.Context, to terminal) error {
	return c.change(ctx, to, map[string]bool{"disabled": true}, "is disabled and signed out everywhere.")
}

func (c adminUserEnable) Run(ctx context.Context, to terminal) error {
	return c.change(ctx, to, map[string]bool{"disabled": false}, "may sign in again.")
}

type adminUserRole struct {
	adminAccount

	Role string `arg:"" enum:"user,admin" help:"user or admin."`
}

func (c adminUserRole) Run(ctx context.Context, to terminal) error {
	role := strings.ToUpper(c.Role)
	return c.change(ctx, to, map[string]string{"role": role}, "has the role "+role+" now.")
}

type adminUserPassword struct {
	adminAccount

	PasswordFile string `type:"path" placeholder:"FILE" help:"File whose first line is the password; /dev/stdin reads it from there. Default: one is made and printed."`
}

func (c adminUserPassword) Run(ctx context.Context, to terminal) error {
	password, err := readPassword(c.PasswordFile)
	if err != nil {
		return err
	}
	path, err := c.path(ctx, "/password")
	if err != nil {
		return err
	}
	var out struct {
		Password string `json:"password"`
	}
	text, err := c.call(ctx, http.MethodPost, path, map[string]*string{"password": password}, &out)
	if err != nil {
		return err
	}
	return c.show(to, text, func(table *tabwriter.Writer) {
		fmt.Fprintf(table, "%s has a new password and is signed out everywhere.\n", c.User)
		if out.Password != "" {
			fmt.Fprintf(table, "Password, shown this once: %s\n", out.Password)
		}
	})
}

func (c adminUserSignOut) Run(ctx context.Context, to terminal) error {
	path, err := c.path(ctx, "/sign-out")
	if err != nil {
		return err
	}
	return c.done(ctx, to, http.MethodPost, path, nil, "%s is signed out everywhere.", c.User)
}

func (c adminUserDelete) Run(ctx context.Context, to terminal) error {
	path, err := c.path(ctx, "")
	if err != nil {
		return err
	}
	return c.done(ctx, to, http.MethodDelete, path, nil, "%s is deleted, with the meetings that they hosted.", c.User)
}
