package importer

import (
	"math/rand/v2"
	"slices"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/provision"
)

// aside is a row that waits for a moment.
type aside struct {
	row   *provision.Row
	until time.Time
	why   diagnosis.Code
}

// asides are such rows, soonest first.
type asides []aside

func (a *asides) add(r *provision.Row, step provision.Step) {
	at, _ := slices.BinarySearchFunc(*a, step.Until, func(one aside, until time.Time) int { return one.until.Compare(until) })
	*a = slices.Insert(*a, at, aside{r, step.Until, step.Why})
}

// due takes out the rows whose moment has come.
func (a *asides) due(now time.Time) (due []*provision.Row) {
	for len(*a) > 0 && !(*a)[0].until.After(now) {
		due = append(due, (*a)[0].row)
		(*a)[0], *a = aside{}, (*a)[1:]
	}
	return due
}

// settledBy returns when the last of the writes in doubt is known at the latest,
// unless portal or row is in trouble again; not before a moment.
func (a asides) settledBy(moment time.Time, settle time.Duration) time.Time {
	for _, one := range a {
		if by := one.row.SettledBy(settle); by.After(moment) {
			moment = by
		}
	}
	return moment
}

// restingRows are the rows whose mail servers rest.
type restingRows struct {
	rows   map[string][]*provision.Row // by the server that rests the longest
	probed map[string]bool             // servers of which a row finds out whether they are well again
}

func (rr *restingRows) waiting() (n int) {
	for _, rows := range rr.rows {
		n += len(rows)
	}
	return n
}

func (rr *restingRows) all() (all []*provision.Row) {
	for _, rows := range rr.rows {
		all = append(all, rows...)
	}
	return all
}

func (rr *restingRows) add(host string, r *provision.Row) {
	rr.rows[host] = append(rr.rows[host], r)
}

// draw takes out one of a server's rows by lot.
func (rr *restingRows) draw(host string) *provision.Row {
	rows := rr.rows[host]
	i, last := rand.IntN(len(rows)), len(rows)-1
	r := rows[i]
	rows[i], rows[last] = rows[last], nil
	if rr.rows[host] = rows[:last]; last == 0 {
		delete(rr.rows, host)
	}
	return r
}

// passed tells that a row has come back: if it was a prober, another may probe.
func (rr *restingRows) passed(r *provision.Row) {
	if r.Prober {
		r.Prober = false
		for _, h := range r.Hosts {
			delete(rr.probed, account.FoldHost(h))
		}
	}
}
