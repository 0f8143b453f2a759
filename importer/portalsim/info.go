package portalsim

// capabilities needs no sign-in and no payment. With the suffix .json, and only then,
// it answers even while the portal is suspended, restored or unpaid.
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

// folders answers the folders that every person has: inbox, sent, drafts, trash, spam and
// templates (MAIL/Enums/FolderType.cs, MAIL/Data/Contracts/MailFolderData.cs). They are
// empty.
func (x *exchange) folders() (any, error) {
	var all []map[string]any
	for _, id := range []int{1, 2, 3, 4, 5, 7} {
		all = append(all, map[string]any{
			"id": id, "unread": 0, "unread_messages": 0, "total_count": 0, "total_messages_count": 0, "time_modified": plainTime(x.portal.started),
		})
	}
	return list[map[string]any]{items: all}, nil
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
