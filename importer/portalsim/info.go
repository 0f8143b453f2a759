package portalsim

// capabilities needs no sign-in and no payment; with the suffix .json, and only
// then, it answers even while the portal is suspended, restored or unpaid.
func (x *exchange) capabilities() (any, error) {
	o := &x.portal.options
	v := map[string]any{"ldapEnabled": o.LDAP, "oauthEnabled": true, "providers": []string{}, "ssoLabel": "", "ssoUrl": ""}
	if o.SSO {
		v["ssoLabel"], v["ssoUrl"] = "Single Sign-on", "http://"+x.request.Host+"/sso/login"
	}
	return v, nil
}

func (x *exchange) build() (any, error) {
	return map[string]string{"communityServer": x.portal.version.text}, nil
}

// folderView is MailFolderData (MAIL/Data/Contracts/MailFolderData.cs).
type folderView struct {
	ID             int    `json:"id"`
	Unread         int    `json:"unread"`
	UnreadMessages int    `json:"unread_messages"`
	Total          int    `json:"total_count"`
	TotalMessages  int    `json:"total_messages_count"`
	TimeModified   string `json:"time_modified"`
}

// folderTypes are inbox, sent, drafts, trash, spam and templates (MAIL/Enums/FolderType.cs).
var folderTypes = []int{1, 2, 3, 4, 5, 7}

// folders answers the folders everybody has. There is no mail in them.
func (x *exchange) folders() (any, error) {
	all := make([]folderView, len(folderTypes))
	for i, id := range folderTypes {
		all[i] = folderView{ID: id, TimeModified: plainTime(x.portal.started)}
	}
	return list[folderView]{items: all}, nil
}

func (x *exchange) messages() action {
	for _, name := range []string{"folder", "mailbox_id", "page", "page_size", "user_folder_id"} {
		x.integer(name)
	}
	for _, name := range []string{"unread", "attachments", "important", "with_calendar"} {
		x.boolean(name)
	}
	return func() (any, error) { return list[struct{}]{}, nil }
}
