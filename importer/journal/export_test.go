package journal

// WithMigration calls f as a program that knows one more version of the schema.
func WithMigration(script string, f func()) {
	before := migrations
	migrations = append(before[:len(before):len(before)], script)
	defer func() { migrations = before }()
	f()
}
