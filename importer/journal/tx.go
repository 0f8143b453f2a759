package journal

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// tx runs prepared statements on a connection of the driver. It belongs to the
// writer's goroutine.
type tx struct {
	conn      driver.Conn
	prepared  map[string]driver.StmtExecContext
	arguments []driver.NamedValue
}

// use makes the connection the one that statements run on.
func (t *tx) use(driverConn any) error {
	conn, ok := driverConn.(driver.Conn)
	if !ok {
		return fmt.Errorf("journal: %T is no connection", driverConn)
	}
	if conn != t.conn {
		t.close()
		t.conn, t.prepared = conn, make(map[string]driver.StmtExecContext)
	}
	return nil
}

// close frees the prepared statements.
func (t *tx) close() {
	for _, s := range t.prepared {
		_ = s.(driver.Stmt).Close()
	}
	t.prepared = nil
}

// run applies the changes of a batch, all or none.
func (t *tx) run(batch []request) error {
	if _, err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := t.applyAll(batch)
	if err == nil {
		_, err = t.exec("COMMIT")
	}
	if err != nil {
		// After some failures SQLite has rolled back already, and then this one means nothing.
		_, _ = t.exec("ROLLBACK")
	}
	return err
}

func (t *tx) applyAll(batch []request) error {
	for _, r := range batch {
		if err := r.change(t); err != nil {
			return err
		}
	}
	return nil
}

// exec runs one statement of the list in sql.go.
func (t *tx) exec(query string, values ...driver.Value) (driver.Result, error) {
	s, err := t.prepare(query)
	if err != nil {
		return nil, err
	}
	t.arguments = t.arguments[:0]
	for i, v := range values {
		t.arguments = append(t.arguments, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return s.ExecContext(context.Background(), t.arguments)
}

// changeOne runs a statement that must change exactly one row, else it returns missing.
func (t *tx) changeOne(missing error, query string, values ...driver.Value) error {
	result, err := t.exec(query, values...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(missing, err)
	}
	return nil
}

func (t *tx) prepare(query string) (driver.StmtExecContext, error) {
	if s, ok := t.prepared[query]; ok {
		return s, nil
	}
	prepared, err := t.conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	s, ok := prepared.(driver.StmtExecContext)
	if !ok {
		return nil, fmt.Errorf("journal: %T cannot be executed", prepared)
	}
	t.prepared[query] = s
	return s, nil
}

// text stores an empty text as NULL.
func text[T ~string](s T) driver.Value {
	if s == "" {
		return nil
	}
	return string(s)
}

// blob stores empty bytes as NULL.
func blob[T ~[]byte](b T) driver.Value {
	if len(b) == 0 {
		return nil
	}
	return []byte(b)
}

// number stores zero as NULL.
func number[T ~int | ~int64](n T) driver.Value {
	if n == 0 {
		return nil
	}
	return int64(n)
}

// moment stores a time as milliseconds, the zero time as NULL.
func moment(t time.Time) driver.Value {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// timeOf is the reverse of moment.
func timeOf(millis int64) time.Time {
	if millis == 0 {
		return time.Time{}
	}
	return time.UnixMilli(millis)
}
