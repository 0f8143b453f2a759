package importer

import (
	"container/heap"
	"math/rand/v2"
	"time"

	"r7import/importer/diagnosis"
	"r7import/importer/pace"
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

var _ heap.Interface = (*asides)(nil)

// Len implements heap.Interface.
func (a asides) Len() int { return len(a) }

// Less implements heap.Interface.
func (a asides) Less(i, j int) bool { return a[i].until.Before(a[j].until) }

// Swap implements heap.Interface.
func (a asides) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

// Push implements heap.Interface.
func (a *asides) Push(one any) { *a = append(*a, one.(aside)) }

// Pop implements heap.Interface.
func (a *asides) Pop() any {
	last := len(*a) - 1
	one := (*a)[last]
	(*a)[last] = aside{}
	*a = (*a)[:last]
	return one
}

func (a *asides) add(r *provision.Row, step provision.Step) {
	heap.Push(a, aside{r, step.Until, step.Why})
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
			delete(rr.probed, pace.Fold(h))
		}
	}
}
