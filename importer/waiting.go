package importer

import (
	"math/rand/v2"
	"slices"
	"time"

	"r7import/importer/account"
	"r7import/importer/provision"
)

// asides are rows that wait for a time, with their last step, soonest first.
type asides []pass

func (a *asides) add(p pass) {
	at, _ := slices.BinarySearchFunc(*a, p.step.Until, func(one pass, until time.Time) int { return one.step.Until.Compare(until) })
	*a = slices.Insert(*a, at, p)
}

// due removes and returns the rows whose time has come.
func (a *asides) due(now time.Time) (due []*provision.Row) {
	for len(*a) > 0 && !(*a)[0].step.Until.After(now) {
		due = append(due, (*a)[0].row)
		(*a)[0], *a = pass{}, (*a)[1:]
	}
	return due
}

// restingRows are the rows whose mail servers rest.
type restingRows struct {
	rows   map[string][]*provision.Row // by the server that rests the longest
	probed map[string]bool             // servers that a row is probing now
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

// draw removes and returns one of a server's rows at random.
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

// passed takes in that a row's work has returned. If it was a prober, another may probe.
func (rr *restingRows) passed(r *provision.Row) {
	if r.Prober {
		r.Prober = false
		for _, h := range r.Hosts {
			delete(rr.probed, account.FoldHost(h))
		}
	}
}
